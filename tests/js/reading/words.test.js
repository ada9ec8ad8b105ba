import assert from "node:assert/strict";
import test from "node:test";
import { filled } from "../../../static/js/reading/words.js";

test("values stand in their places, and nothing where there is none", () => {
  assert.equal(filled("window {centre} / {width}", { centre: 40, width: 400 }), "window 40 / 400");
  assert.equal(filled("{n} pixels, {discs} disc diameters", { n: 0 }), "0 pixels,  disc diameters");
});
