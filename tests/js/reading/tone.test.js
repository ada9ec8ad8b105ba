import assert from "node:assert/strict";
import test from "node:test";
import { transfer } from "../../../static/js/reading/tone.js";

const PLAIN = { brightness: 0, contrast: 0, redfree: false, inverted: false };

function through(tones, value) {
  const { slope, intercept } = transfer(tones);
  return slope * value + intercept;
}

test("untouched means every value stays", () => {
  for (const value of [0, 0.3, 1]) assert.equal(through(PLAIN, value), value);
});

test("contrast turns about the middle, brightness lifts all", () => {
  assert.equal(through({ ...PLAIN, contrast: 50 }, 0.5), 0.5);
  assert.equal(through({ ...PLAIN, contrast: 100 }, 0.75), 1);
  assert.equal(through({ ...PLAIN, brightness: 20 }, 0.3), 0.5);
});

test("inverted is the same picture upside down in its values", () => {
  const tones = { ...PLAIN, contrast: 30, brightness: 10 };
  for (const value of [0.1, 0.6]) {
    assert.ok(Math.abs(through({ ...tones, inverted: true }, value) - (1 - through(tones, value))) < 1e-9);
  }
});
