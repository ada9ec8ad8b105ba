import assert from "node:assert/strict";
import test from "node:test";
import { fieldOf } from "../../../../static/js/app/quality/field.js";
import { plane } from "../../../../static/js/app/quality/plane.js";

function disc(width, height, x, y, radius, light = 120) {
  const lit = plane(width, height);
  for (let j = 0; j < height; j++) for (let i = 0; i < width; i++) if (Math.hypot(i - x, j - y) <= radius) lit.data[j * width + i] = light;
  return lit;
}

test("the box of a lit disc lies around it, in the photo's own pixels", () => {
  const { box, found, seen, lit } = fieldOf(disc(512, 512, 256, 256, 200));
  assert.ok(found);
  assert.ok(Math.abs(box.x - 56) < 6 && Math.abs(box.width - 400) < 10, JSON.stringify(box));
  assert.ok(seen > 0.95 && lit > 0.95);
});

test("a camera that trims its picture lowers only what is seen, a lid lowers what is lit too", () => {
  const trimmed = fieldOf(disc(512, 300, 256, 150, 220));
  assert.ok(trimmed.seen < 0.85 && trimmed.lit > 0.95, `${trimmed.seen} ${trimmed.lit}`);
  const lid = disc(512, 512, 256, 256, 200);
  lid.data.fill(0, 0, 512 * 256);
  const half = fieldOf(lid);
  assert.ok(half.seen < 0.75 && half.lit < 0.75, `${half.seen} ${half.lit}`);
});

test("a picture without a lit disc is taken whole", () => {
  const { found, box } = fieldOf(plane(300, 200, new Float32Array(60000).fill(150)));
  assert.equal(found, false);
  assert.deepEqual(box, { x: 0, y: 0, width: 300, height: 200 });
});
