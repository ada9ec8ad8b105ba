import assert from "node:assert/strict";
import test from "node:test";
import { curves, mark } from "../../../static/js/protocol/curves.js";

const row = (threshold, tests) => ({
  threshold, sensitivity: 0.9, lower: 0.8, specificity: 0.5, referred: 0.4, missed: 1, needless: 5, tests, proved: true, said: {},
});
const TOLD = { words: { threshold: "Threshold", share: "Share", people: "People", target: "Target" }, target: 0.85, at: 0, rows: [row(0.1, 40), row(0.5, 20)] };
const colour = (name) => name;

test("shares are in percent, people are counted", () => {
  const { shares, people } = curves(TOLD, colour);
  assert.deepEqual(shares.lines[0].data, [{ x: 0.1, y: 90 }, { x: 0.5, y: 90 }]);
  assert.deepEqual(shares.lines.at(-1).data, [{ x: 0, y: 85 }, { x: 1, y: 85 }]);
  assert.deepEqual(people.lines[0].data, [{ x: 0.1, y: 1 }, { x: 0.5, y: 1 }]);
  assert.equal(people.top, 40);
});

test("an axis is never flat, and the bound of a share can be told from the share", () => {
  assert.equal(curves({ ...TOLD, rows: [row(0.1, 0)] }, colour).people.top, 1);
  const [found, bound] = curves(TOLD, colour).shares.lines;
  assert.equal(found.borderColor, bound.borderColor);
  assert.ok(bound.borderDash && !found.borderDash);
});

test("the slider's line stands upright where the slider is", () => {
  assert.deepEqual(mark(TOLD, colour, 0.5, 100).data, [{ x: 0.5, y: 0 }, { x: 0.5, y: 100 }]);
});
