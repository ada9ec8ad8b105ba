import assert from "node:assert/strict";
import test from "node:test";
import { deedOf, KEYS } from "../../../static/js/reading/keys.js";

test("a key asks for one deed; the measure of a film is heart and chest, of an eye cup and disc", () => {
  assert.equal(deedOf("k", true), "measure-chest");
  assert.equal(deedOf("k", false), "measure-disc");
  assert.equal(deedOf("+", false), "zoom-in");
  assert.equal(deedOf("?", false), undefined);
});

test("no key of the viewer is one of the grading sheet", () => {
  for (const key of ["n", "u", "v", "c", "o", "t", "q", "?", "0", "1", "2", "3", "4"]) assert.ok(!(key in KEYS), key);
});
