import assert from "node:assert/strict";
import test from "node:test";
import { go, here } from "../../../static/js/app/route.js";

test("the address behind # says which screen, and nothing of anybody", () => {
  globalThis.location = { hash: "" };
  assert.deepEqual(here(), []);
  go("#/visit/7/photos");
  assert.equal(location.hash, "/visit/7/photos");
  location.hash = "#/visit/7/photos"; // as a browser has it
  assert.deepEqual(here(), ["visit", "7", "photos"]);
  location.hash = "#/";
  assert.deepEqual(here(), []);
});
