import assert from "node:assert/strict";
import test from "node:test";
import { folded, height, said, settings } from "../../../static/js/figures/plots.js";

const LOOK = { colour: (name) => `<${name}>`, rtl: false, still: true, font: "sans" };
const one = (values, more = {}) => ({ name: "AI", tone: "human", values, ...more });
const plot = (kind, series, labels = ["a", "b"]) => ({ id: "x", kind, labels, series });

test("a long name goes over several lines, no word is cut", () => {
  assert.deepEqual(folded("Diabetic retinopathy of the north"), ["Diabetic", "retinopathy of", "the north"]);
  assert.deepEqual(folded("Ophthalmologisches"), ["Ophthalmologisches"]);
});

test("a share is a point on its interval, and the interval lies behind it", () => {
  const { datasets } = settings(plot("interval", [one([[0.1, 0.3], null]), one([0.2, null])]), LOOK).data;
  assert.equal(datasets[0].backgroundColor, "<--chart-human>66");
  assert.deepEqual([datasets[1].type, datasets[1].showLine], ["line", false]);
  assert.ok(datasets[0].order > datasets[1].order);
});

test("a script from right to left turns every plot about", () => {
  for (const kind of ["bars", "stack", "scatter", "forest"]) {
    const [left, right] = [false, true].map((rtl) => settings(plot(kind, [one([1, 2], { span: [0, 1] })]), { ...LOOK, rtl }).options.scales);
    assert.deepEqual([left.x.reverse, left.y.position, right.x.reverse, right.y.position], [false, "left", true, "right"], kind);
  }
});

test("two scores of a picture are a point, beside the line on which both say the same", () => {
  const { datasets } = settings(plot("scatter", [one([[0.2, 0.9]])]), LOOK).data;
  assert.deepEqual(datasets[0].data, [{ x: 0.2, y: 0.9 }]);
  assert.deepEqual(datasets[1].data, [{ x: 0, y: 0 }, { x: 1, y: 1 }]);
});

test("readers stand one below the other: the plot is as high as there are names", () => {
  const forest = plot("forest", [one([[10, 30]], { span: [0, 60], unit: "s" })], ["A", "B", "C"]);
  assert.equal(height(forest), "13.5rem");
  assert.equal(height(plot("bars", [])), null);
  const label = settings(forest, LOOK).options.plugins.tooltip.callbacks.label({ dataset: { label: "Time" }, raw: [10, 30.4] });
  assert.equal(label, "Time: 10 s–30 s");
  assert.equal(said()(0.5), "0.50");
});
