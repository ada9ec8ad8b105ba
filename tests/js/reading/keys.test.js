import assert from "node:assert/strict";
import test from "node:test";
import { deedOf, KEYS } from "../../../static/js/reading/keys.js";

test("a key asks for one deed: the same on every desk, or what a button of this desk says", () => {
  assert.equal(deedOf("k", { k: "measure-heart" }), "measure-heart");
  assert.equal(deedOf("k", {}), undefined);
  assert.equal(deedOf("+", { "+": "measure-heart" }), "zoom-in");
  assert.equal(deedOf("?", {}), undefined);
});

test("no key of the viewer is one of the grading sheet", () => {
  for (const key of ["n", "u", "v", "c", "o", "t", "q", "?", "0", "1", "2", "3", "4"]) assert.ok(!(key in KEYS), key);
});
