// Every action of the viewer by one key; `?` lists them. Keys of the grading sheet are in grading.js.
import { all, find, need, on } from "../shell/find.js";

export const SHOW = "show-"; // begins the deed that shows one view, or "all"
const ROOM = { below: 4, edge: 8 };

/** @type {Record<string, string>} */
export const KEYS = {
  a: "show-all", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", h: "home", r: "turn", y: "flip",
  "[": "darker", "]": "brighter", ",": "flatter", ".": "harder", g: "redfree", i: "inverted", x: "reset", m: "heat",
  e: "clahe", 6: "lung", 7: "soft", 8: "bone", 9: "next-photo", b: "earlier", l: "link", f: "screen",
  z: "measure-ruler", j: "measure-angle", p: "mark", w: "unmeasure",
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
};

/**
 * What a key asks for: the same on every desk, or what a button of this one says (its `data-key`).
 * @param {string} key
 * @param {Record<string, string>} offered
 * @returns {string | undefined}
 */
export const deedOf = (key, offered) => KEYS[key] ?? offered[key];

/** What the buttons that only some pictures have ask for, by their keys. */
const offered = () => Object.fromEntries(
  all(HTMLElement, ".tools [data-key]").map(({ dataset }) => [dataset.key, dataset.do ?? `${SHOW}${dataset.show}`]),
);

/** What is typed into a field is no key of ours. @param {HTMLElement} target */
export const isField = (target) => target.matches('textarea, select, input:not([type="radio"], [type="checkbox"])');

/** @param {KeyboardEvent} event */
function pressed(event) {
  const { key } = event;
  const target = on(event);
  const off = find(HTMLInputElement, "[data-single-keys]")?.checked === false;
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]") || off) return;
  if (target.closest("[data-handle]") && /^(Arrow|Delete|Backspace)/.test(key)) return;
  if (isField(target)) return;
  if (key.startsWith("Arrow") && !target.closest(".pane") && target !== document.body) return;
  const deed = deedOf(key, offered());
  if (!deed) return;
  document.dispatchEvent(new CustomEvent("desk:do", { detail: deed }));
  event.preventDefault();
}

/** A sheet of tools opens under its button and stays on the screen. @param {Event} event */
function placed(event) {
  const sheet = on(event);
  if (!sheet.matches?.("[popover]") || /** @type {ToggleEvent} */ (event).newState !== "open") return;
  const at = need(HTMLElement, `[popovertarget="${sheet.id}"]`).getBoundingClientRect();
  /** @type {(wanted: number, room: number) => string} */
  const within = (wanted, room) => `${Math.max(ROOM.edge, Math.min(wanted, room - ROOM.edge))}px`;
  sheet.style.top = within(at.bottom + ROOM.below, innerHeight - sheet.offsetHeight);
  sheet.style.left = within(at.left, innerWidth - sheet.offsetWidth);
}

export function listen() {
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("toggle", placed, true);
}
