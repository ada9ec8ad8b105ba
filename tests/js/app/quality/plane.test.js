import assert from "node:assert/strict";
import test from "node:test";
import { band, blur, deviation, median3, percentile, plane, resize, share, unexplained, within } from "../../../../static/js/app/quality/plane.js";

const of = (rows) => plane(rows[0].length, rows.length, Float32Array.from(rows.flat()));
const close = (found, wanted, by = 1e-5) => assert.ok(Math.abs(found - wanted) < by, `${found}, not ${wanted}`);

test("made smaller, a pixel is the mean of what it covers; made larger, values lie between", () => {
  assert.deepEqual([...resize(of([[0, 4], [8, 12]]), 1, 1).data], [6]);
  const shrunk = resize(of([[0, 3, 6]]), 2, 1).data;
  close(shrunk[0], 1);
  close(shrunk[1], 5);
  assert.deepEqual([...resize(of([[0, 4]]), 4, 1).data], [0, 1, 3, 4]);
  const same = of([[1, 2]]);
  assert.equal(resize(same, 2, 1).data, same.data);
});

test("a blur keeps what is even, also at the edge, and the whole amount of light", () => {
  for (const value of blur(plane(7, 5, new Float32Array(35).fill(9)), 1.5).data) close(value, 9);
  const point = plane(21, 21);
  point.data[220] = 100;
  const soft = blur(point, 2);
  close(soft.data.reduce((a, b) => a + b), 100, 1e-3);
  assert.equal(soft.data.indexOf(Math.max(...soft.data)), 220);
});

test("a single hot pixel does not survive the median, an edge does", () => {
  const hot = plane(3, 3);
  hot.data[4] = 255;
  assert.equal(Math.max(...median3(hot).data), 0);
  assert.deepEqual([...median3(of([[0, 9, 9], [0, 9, 9], [0, 9, 9]])).data], [0, 9, 9, 0, 9, 9, 0, 9, 9]);
});

test("structures between two sizes: nothing in what is even", () => {
  close(deviation(band(plane(9, 9, new Float32Array(81).fill(40)), 1, 2).data), 0);
});

test("percentiles lie between the values, shares count them", () => {
  assert.equal(percentile([4, 1, 3, 2], 50), 2.5);
  assert.deepEqual([percentile([7], 5), percentile([0, 10], 75)], [7, 7.5]);
  assert.equal(share([1, 2, 3, 4], (value) => value > 2), 0.5);
  assert.equal(share([], () => true), 0);
  assert.deepEqual([...within(of([[1, 2, 3]]), [1, 0, 1])], [1, 3]);
});

test("what a straight line explains is no colour of its own", () => {
  close(unexplained([2, 4, 6, 8], [1, 2, 3, 4]), 0);
  close(unexplained([1, -1, 1, -1], [5, 5, 5, 5]), 1);
  close(deviation([2, 4, 4, 4, 5, 5, 7, 9]), 2);
});
