import assert from "node:assert/strict";
import test from "node:test";
import { circle, fill, hull, inner, largest, open } from "../../../../static/js/app/quality/shape.js";

const sum = (mask) => mask.reduce((a, b) => a + b, 0);

function box(width, height, x0, y0, x1, y1) {
  const mask = new Uint8Array(width * height);
  for (let y = y0; y <= y1; y++) mask.fill(1, y * width + x0, y * width + x1 + 1);
  return mask;
}

test("what a disc does not fit into goes, what it fits into stays", () => {
  const mask = box(40, 40, 10, 10, 29, 29);
  mask[2 * 40 + 2] = 1; // a date stamp
  const opened = open(mask, 40, 40, 3);
  assert.equal(opened[2 * 40 + 2], 0);
  assert.equal(opened[20 * 40 + 20], 1);
  assert.equal(sum(open(new Uint8Array(100).fill(1), 10, 10, 3)), 100, "beyond the edge it goes on");
});

test("the inside of a mask is without its rim, the picture's edge is a rim too", () => {
  assert.equal(sum(inner(new Uint8Array(100).fill(1), 10, 10, 2)), 36);
  assert.equal(sum(inner(new Uint8Array(100), 10, 10, 2)), 0);
});

test("the largest part, with the ends of its rows; parts that touch at a corner are one", () => {
  const mask = box(10, 10, 1, 1, 2, 2);
  mask[3 * 10 + 3] = 1;
  mask[8 * 10 + 8] = 1;
  const { size, points } = largest(mask, 10, 10);
  assert.equal(size, 5);
  assert.ok(points.some(([x, y]) => x === 3 && y === 3) && !points.some(([x]) => x === 8));
  assert.equal(largest(new Uint8Array(4), 2, 2), null);
});

test("a hull has only corners, and filled it holds every point", () => {
  const points = [[0, 0], [4, 0], [4, 4], [0, 4], [2, 2], [2, 0]];
  assert.equal(hull(points).length, 4);
  assert.equal(sum(fill(hull(points), 5, 5)), 25);
});

test("the smallest circle around points", () => {
  assert.deepEqual(circle([[3, 4]]), { x: 3, y: 4, radius: 0 });
  const found = circle([[0, 0], [10, 0], [5, 1], [5, -1]]);
  assert.ok(Math.abs(found.x - 5) < 1e-9 && Math.abs(found.radius - 5) < 1e-9);
  const ring = Array.from({ length: 12 }, (_, n) => [7 + 3 * Math.cos(n), 8 + 3 * Math.sin(n)]);
  assert.ok(Math.abs(circle(ring).radius - 3) < 1e-6);
});
