// The worklist by keyboard, and filters that apply themselves.
import { all, find, need, on } from "../shell/find.js";
import "../shell/shell.js";

const help = need(HTMLDialogElement, "#help");

/** @param {string} what */
const press = (what) => find(HTMLElement, what)?.click();

/** @param {number} by */
function step(by) {
  const rows = all(HTMLElement, "[data-row]");
  const at = rows.findIndex((row) => row === document.activeElement);
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

/** @type {Record<string, () => unknown>} */
const KEYS = {
  j: () => step(1), k: () => step(-1),
  n: () => press("[data-next]"), 0: () => location.assign(location.pathname),
  "[": () => press('.pages [rel="prev"]'), "]": () => press('.pages [rel="next"]'),
  "?": () => help.showModal(),
};

/** @param {KeyboardEvent} event */
function pressed(event) {
  const { key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || help.open) return;
  if (on(event).matches("select, textarea, input:not([type=checkbox])")) return;
  const view = /^[1-9]$/.test(key) ? all(HTMLElement, "[data-view]")[Number(key) - 1] : null;
  if (KEYS[key]) KEYS[key]();
  else if (/^[omp]$/.test(key)) press(`[data-key="${key}"]`);
  else if (view) view.click();
  else return;
  event.preventDefault();
}

/** @param {HTMLFormElement} filter */
function byItself(filter) {
  filter.classList.add("by-itself");
  filter.addEventListener("change", () => {
    // What is not set does not clutter the address.
    for (const field of filter.elements) {
      if ((field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.name && !field.value) field.disabled = true;
    }
    filter.requestSubmit();
  });
}

document.addEventListener("keydown", pressed);
const filter = find(HTMLFormElement, "[data-filter]");
if (filter) byItself(filter);
// A page that comes back from the browser's memory shows a list of long ago.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
