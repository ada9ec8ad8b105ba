import assert from "node:assert/strict";
import test from "node:test";
import { stepped, under } from "../../../static/js/reading/layer.js";

const STAGE = { clientWidth: 800, clientHeight: 600 };

test("an arrow key moves a point by one pixel of the screen, with Shift by ten; another key does not", () => {
  assert.deepEqual(stepped({ x: 100, y: 100 }, "ArrowLeft", false), { x: 99, y: 100 });
  assert.deepEqual(stepped({ x: 100, y: 100 }, "ArrowDown", true), { x: 100, y: 110 });
  assert.equal(stepped({ x: 100, y: 100 }, "a", false), null);
});

test("words stand under the lowest point, and stay on the stage", () => {
  const points = [{ x: 400, y: 100 }, { x: 300, y: 200 }];
  assert.deepEqual(under(points, 100, STAGE), { x: 300, y: 226 });
  assert.deepEqual(under([{ x: 2, y: 599 }], 100, STAGE), { x: 56, y: 592 });
  assert.deepEqual(under([{ x: 799, y: 10 }], 100, STAGE), { x: 744, y: 36 });
});
