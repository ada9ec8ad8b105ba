import assert from "node:assert/strict";
import test from "node:test";
import { standing } from "../../../static/js/reading/lease.js";

const MINUTE = 60_000;

test("a claim is held, then about to lapse, then lapsed", () => {
  const found = [15, 3, 2.9, 0.01, 0, -5].map((left) => standing(left * MINUTE));
  assert.deepEqual(found, ["held", "held", "soon", "soon", "lapsed", "lapsed"]);
});
