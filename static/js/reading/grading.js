// The grading sheet: its keys and buttons, and what happens when the claim or the session is lost.
import { all, find, need, on } from "../shell/find.js";
import { isField } from "./keys.js";
import { advise, choose, cycle, grade, more, normal } from "./sheet.js";

const SINGLE = "single-keys"; // whether single letters are keys, kept by this browser
let eye = "";

const panel = () => document.getElementById("panel");
const help = () => need(HTMLDialogElement, "#help");
const wrong = () => find(HTMLElement, '#panel input[aria-invalid="true"], #panel [aria-invalid="true"] input');

/** @param {string} code */
function outline(code) {
  eye = code;
  for (const sheet of all(HTMLElement, "[data-sheet]")) sheet.classList.toggle("active", sheet.dataset.sheet === code);
}

/** @param {MouseEvent} event */
function clicked(event) {
  const button = on(event).closest("button");
  if (!button) return;
  if ("normal" in button.dataset) normal();
  else if (button.dataset.phrase) advise(button.dataset.phrase);
  else if ("help" in button.dataset) help().showModal();
}

/** The sheet that gets the focus is that of the picture to look at. @param {FocusEvent} event */
function focused(event) {
  const sheet = on(event).closest?.("[data-sheet]");
  const view = sheet instanceof HTMLElement ? sheet.dataset.sheet : undefined;
  if (view && view !== eye) document.dispatchEvent(new CustomEvent("desk:look", { detail: view }));
}

/** @type {Record<string, () => unknown>} */
const KEYS = {
  "?": () => help().showModal(),
  n: normal,
  u: () => choose(`${eye}-gradability`, "ungradable"),
  v: () => cycle(`${eye}-dme`),
  c: () => cycle(`${eye}-recommendation`),
  o: () => more(`[data-sheet="${eye}"] [data-more]`, "input, select"),
  t: () => find(HTMLElement, '#grading [name="advice"]')?.focus(),
  q: () => more(".ask", "input, textarea"),
  ...Object.fromEntries(["0", "1", "2", "3", "4"].map((digit) => [digit, () => grade(eye, digit)])),
};

/** @param {KeyboardEvent} event */
function pressed(event) {
  const target = on(event);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return find(HTMLElement, "[data-submit]")?.click();
  const single = need(HTMLInputElement, "[data-single-keys]").checked;
  if (event.ctrlKey || event.altKey || event.metaKey || help().open || !single) return;
  // Out of a field, so that single letters are keys again.
  if (event.key === "Escape" && target.closest("#grading, #marks")) return panel()?.focus();
  if (isField(target) || !(event.key in KEYS)) return;
  KEYS[event.key]();
  event.preventDefault();
}

/** Answers that are not a plain success. @param {CustomEvent<Page.Answer>} event */
function answered({ detail }) {
  const { xhr } = detail;
  if (xhr.status === 409) Object.assign(detail, { shouldSwap: true, isError: false });
  const signedOut = new URL(xhr.responseURL || location.href).pathname.startsWith("/sign-in");
  if (signedOut) detail.shouldSwap = false;
  offline(signedOut || xhr.status === 403 || xhr.status >= 500);
}

/** @param {boolean} so */
function offline(so) {
  need(HTMLElement, "#offline").hidden = !so;
}

/** A new sheet stands in the panel. @param {CustomEvent<Page.Answer>} event */
function swapped({ detail }) {
  if (detail.target.id !== "panel") return;
  outline(eye);
  panel()?.scrollTo(0, 0);
  (wrong() ?? panel())?.focus();
}

function remember() {
  const single = need(HTMLInputElement, "[data-single-keys]");
  single.checked = localStorage.getItem(SINGLE) !== "off";
  single.addEventListener("change", () => localStorage.setItem(SINGLE, single.checked ? "on" : "off"));
}

export function listen() {
  document.addEventListener("click", clicked);
  document.addEventListener("focusin", focused);
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("desk:active", (event) => outline(event.detail));
  document.addEventListener("htmx:beforeSwap", answered);
  document.addEventListener("htmx:sendError", () => offline(true));
  document.addEventListener("htmx:afterSwap", swapped);
  remember();
}

/** Once the viewer stands: outline the eye that is looked at, and go to what was wrong. */
export function begin() {
  const first = find(HTMLElement, "[data-pane]")?.dataset.pane;
  if (first) outline(first);
  wrong()?.focus();
}
