// Every action of the viewer by one key; `?` lists them. Keys of the grading sheet are in grading.js.

const KEYS = {
  d: "show-OD", s: "show-OS", a: "show-all", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", h: "home", r: "turn", y: "flip",
  "[": "darker", "]": "brighter", ",": "flatter", ".": "harder", g: "redfree", i: "inverted", x: "reset", m: "heat",
  e: "clahe", 6: "lung", 7: "soft", 8: "bone", 9: "next-photo", b: "earlier", l: "link", f: "screen",
  z: "measure-ruler", j: "measure-angle", p: "mark", w: "unmeasure",
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
};
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const single = document.querySelector("[data-single-keys]");
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]") || single?.checked === false) return;
  if (target.closest("[data-handle]") && /^(Arrow|Delete|Backspace)/.test(key)) return;
  if (target.matches('textarea, select, input:not([type="radio"], [type="checkbox"])')) return;
  if (key.startsWith("Arrow") && !target.closest(".pane") && target !== document.body) return;
  const chest = document.querySelector('[data-pane="CXR"]');
  const deed = key === "k" ? (chest ? "measure-chest" : "measure-disc") : KEYS[key];
  if (!deed) return;
  document.dispatchEvent(new CustomEvent("desk:do", { detail: deed }));
  event.preventDefault();
}, true);

// A sheet of tools opens under its button and stays on the screen.
document.addEventListener("toggle", (event) => {
  const sheet = event.target;
  if (!sheet.matches?.("[popover]") || event.newState !== "open") return;
  const at = document.querySelector(`[popovertarget="${sheet.id}"]`).getBoundingClientRect();
  sheet.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - sheet.offsetHeight - 8))}px`;
  sheet.style.left = `${Math.max(8, Math.min(at.left, innerWidth - sheet.offsetWidth - 8))}px`;
}, true);
