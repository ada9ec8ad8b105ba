// What every button, slider and answer of the server does to the viewer.
import { need, on } from "../shell/find.js";
import { bench, Bench } from "./bench.js";
import { act, toned } from "./deeds.js";
import { SHOW } from "./keys.js";

/** @param {Bench} b @param {HTMLElement} button */
function pick(b, button) {
  const figure = button.closest("[data-pane]");
  const pane = figure instanceof HTMLElement ? b.panes.get(figure.dataset.pane ?? "") : null;
  if (!pane) return;
  pane.pick(button);
  b.activate(pane.code);
}

/** @param {MouseEvent} event */
function clicked(event) {
  const button = on(event).closest("button");
  if (!button || !bench) return;
  const { dataset } = button;
  if (dataset.do) act(dataset.do);
  else if (dataset.flag) act(dataset.flag);
  else if (dataset.way) act(dataset.way);
  else if (dataset.show) act(`${SHOW}${dataset.show}`);
  else if (dataset.photo) pick(bench, button);
  else if ("heatToggle" in dataset) act("heat");
  else if ("dropMark" in dataset) bench.marks.drop(button);
  else if ("said" in dataset) bench.marks.point(button);
}

/** @param {Event} event */
function moved(event) {
  const target = on(event);
  if (!bench || !(target instanceof HTMLInputElement)) return;
  const { tone } = target.dataset;
  if (tone === "brightness" || tone === "contrast") toned((tones) => tones.set(tone, Number(target.value)))(bench);
  else if ("heatOpacity" in target.dataset) bench.heat.fade(bench.panes.values());
  else if (target.closest("#marks")) bench.marks.typed(target);
}

/** @param {Event} event */
function changed(event) {
  const target = on(event);
  if (!bench) return;
  const { root } = bench;
  if (target.dataset.window) {
    const [centre, width] = ["centre", "width"].map((name) => need(HTMLInputElement, `[data-window="${name}"]`, root).value);
    bench.pane?.look({ centre, width });
  } else if (target.closest("#marks")) bench.marks.changed(target);
}

/** A read fixes its marks: it waits until what was said of them has arrived. @param {CustomEvent<Page.Question>} event */
function confirmed(event) {
  const waiting = event.detail.elt.id === "grading" && bench?.marks.settle();
  if (!waiting) return;
  event.preventDefault();
  waiting.then(() => event.detail.issueRequest(true));
}

function offered() {
  bench?.heat.tool();
  for (const pane of bench?.panes.values() ?? []) bench?.heat.show(pane);
}

export function listen() {
  document.addEventListener("click", clicked);
  document.addEventListener("input", moved);
  document.addEventListener("change", changed);
  document.addEventListener("desk:do", (event) => act(event.detail));
  document.addEventListener("desk:look", (event) => bench?.activate(event.detail));
  document.addEventListener("htmx:oobAfterSwap", offered);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "marks") bench?.marks.answered(); });
  document.addEventListener("htmx:confirm", confirmed);
  window.addEventListener("pagehide", () => bench?.marks.leave());
}
