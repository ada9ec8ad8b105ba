// What every button, slider and answer of the server does to the viewer.
import { bench } from "./bench.js";
import { act, toned } from "./deeds.js";

function pick(button) {
  const pane = bench.panes.get(button.closest("[data-pane]").dataset.pane);
  pane.pick(button);
  bench.activate(pane.code);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !bench) return;
  const { dataset } = button;
  if (dataset.do) act(dataset.do);
  else if (dataset.flag) act(dataset.flag);
  else if (dataset.way) act(dataset.way);
  else if (dataset.show) act(`show-${dataset.show}`);
  else if (dataset.photo) pick(button);
  else if ("heatToggle" in dataset) act("heat");
  else if ("dropMark" in dataset) bench.marks.drop(button);
  else if ("said" in dataset) bench.marks.point(button);
});

document.addEventListener("input", ({ target }) => {
  if (!bench) return;
  if (target.dataset.tone) toned((tone) => { tone[target.dataset.tone] = Number(target.value); })(bench);
  else if ("heatOpacity" in target.dataset) bench.heat.fade(bench.panes.values());
  else if (target.closest("#marks")) bench.marks.typed(target);
});

document.addEventListener("change", ({ target }) => {
  if (!bench) return;
  if (target.dataset.window) {
    const [centre, width] = ["centre", "width"].map((name) => bench.root.querySelector(`[data-window="${name}"]`).value);
    bench.pane.look({ centre, width });
  } else if (target.closest("#marks")) bench.marks.changed(target);
});

document.addEventListener("desk:do", (event) => act(event.detail));
document.addEventListener("desk:look", (event) => bench?.activate(event.detail));
document.addEventListener("htmx:oobAfterSwap", () => { bench?.heat.tool(); bench?.panes.forEach((pane) => bench.heat.show(pane)); });
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "marks") bench?.marks.answered(); });

// A read fixes its marks: it waits until what was said of them has arrived.
document.addEventListener("htmx:confirm", (event) => {
  const waiting = event.detail.elt.id === "grading" && bench?.marks.settle();
  if (!waiting) return;
  event.preventDefault();
  waiting.then(() => event.detail.issueRequest(true));
});
window.addEventListener("pagehide", () => bench?.marks.leave());
