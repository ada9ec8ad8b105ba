// The worklist by keyboard, and filters that apply themselves.
import "../shell/shell.js";

const help = document.getElementById("help");
const filter = document.querySelector("[data-filter]");
const press = (what) => document.querySelector(what)?.click();

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

const KEYS = {
  j: () => step(1), k: () => step(-1),
  n: () => press("[data-next]"), 0: () => location.assign(location.pathname),
  "[": () => press('.pages [rel="prev"]'), "]": () => press('.pages [rel="next"]'),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || help.open) return;
  if (event.target.matches("select, textarea, input:not([type=checkbox])")) return;
  const views = document.querySelectorAll("[data-view]");
  if (KEYS[event.key]) KEYS[event.key]();
  else if (/^[omp]$/.test(event.key)) press(`[data-key="${event.key}"]`);
  else if (/^[1-9]$/.test(event.key) && views[event.key - 1]) views[event.key - 1].click();
  else return;
  event.preventDefault();
});

if (filter) {
  filter.classList.add("by-itself");
  filter.addEventListener("change", () => {
    // What is not set does not clutter the address.
    for (const field of filter.elements) if (field.name && !field.value) field.disabled = true;
    filter.requestSubmit();
  });
}
// A page that comes back from the browser's memory shows a list of long ago.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
