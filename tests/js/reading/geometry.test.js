import assert from "node:assert/strict";
import test from "node:test";
import { angle, cupToDisc, heartToChest, oval, span, within } from "../../../static/js/reading/geometry.js";

const PLAIN = { width: 2000, height: 1000 };
const FILM = { ...PLAIN, spacing: [0.2, 0.1] }; // rows are twice as far apart as columns
const close = (found, wanted) => assert.ok(Math.abs(found - wanted) < 1e-9, `${found}, not ${wanted}`);

test("a length in pixels is that of the full picture, in millimetres only where the film says how large a pixel is", () => {
  const [a, b] = [{ u: 0.1, v: 0.1 }, { u: 0.25, v: 0.5 }];
  close(span(PLAIN, a, b).pixels, 500);
  assert.equal(span(PLAIN, a, b).mm, null);
  close(span(FILM, a, b).mm, Math.hypot(30, 80));
});

test("an angle is measured on the body, not on the screen", () => {
  const corner = { u: 0.5, v: 0.5 };
  const right = { u: 0.6, v: 0.5 };
  close(angle(PLAIN, [right, corner, { u: 0.5, v: 0.7 }]), 90);
  close(angle(PLAIN, [{ u: 0.6, v: 0.7 }, corner, right]), 45);
  close(angle(FILM, [{ u: 0.6, v: 0.6 }, corner, right]), 45);
  assert.ok(angle(PLAIN, [{ u: 0.4, v: 0.4999 }, corner, { u: 0.4, v: 0.5001 }]) < 1, "across the left, never 359");
});

test("cup to disc and heart to chest are shares, whatever the size of the picture", () => {
  close(cupToDisc(PLAIN, [0.2, 0.3, 0.5, 0.7].map((v) => ({ u: 0.5, v }))), 0.4);
  close(heartToChest([0.1, 0.4, 0.8, 0.9].map((u) => ({ u, v: 0.5 }))), 0.5);
  assert.ok(Number.isFinite(heartToChest([0.5, 0.4, 0.6, 0.5].map((u) => ({ u, v: 0.5 })))));
});

test("a disc leans with its two ends", () => {
  const [name, facts] = oval({ x: 10, y: 0 }, { x: 10, y: 100 }, "outer");
  assert.deepEqual([name, facts.cx, facts.cy, facts.ry, facts.class], ["ellipse", 10, 50, 50, "outer"]);
  assert.equal(facts.transform, "rotate(0 10 50)");
  assert.equal(oval({ x: 0, y: 0 }, { x: 100, y: 0 }, "inner")[1].transform, "rotate(-90 50 0)");
});

test("a mark drawn backwards is the same mark, and never too small to be seen", () => {
  const box = [{ x: 10, y: 20 }, { x: 50, y: 40 }];
  assert.deepEqual(within(box, "outer"), within([...box].reverse(), "outer"));
  const [, { rx, ry }] = within([box[0], box[0]], "");
  assert.deepEqual([rx, ry], [2, 2]);
});
