import assert from "node:assert/strict";
import test from "node:test";
import { limits } from "../../../static/js/app/encode.js";

test("a photo is made smaller only as far as the programme's model was certified for", () => {
  assert.deepEqual(limits({ longest_side: 1600, jpeg_quality: 85 }), { side: 1600, quality: 85 });
  assert.deepEqual(limits({ longest_side: 1600 }), { side: 1600, quality: 92 });
  assert.deepEqual(limits(null), { side: Infinity, quality: 92 }, "without a floor every pixel stays");
});
