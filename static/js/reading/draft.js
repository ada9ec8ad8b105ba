// Nothing that was entered is lost, and the claim lives on while somebody works.
import { find, on } from "../shell/find.js";

const RENEW = 120000;
const REMEMBERED = 60000; // longer than any page takes to come; what is older may have been changed elsewhere
// Changes are counted: what is entered while a draft is on its way is not in it.
let changes = 0;
let sent = 0;
let saved = 0;
let renewed = Date.now();

/**
 * What is on the sheet, as the form would send it.
 * @param {HTMLFormElement} form
 * @returns {[string, string][]}
 */
const entered = (form) => [...new FormData(form)].map(([name, value]) => [name, String(value)]);

/**
 * Put onto the sheet what was on it. Details that hold something stand open, so that it can be seen.
 * @param {HTMLFormElement} form
 * @param {[string, string][]} values
 */
export function fill(form, values) {
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) continue;
    if (!field.name || field.type === "hidden") continue;
    const said = values.filter(([name]) => name === field.name).map(([, value]) => value);
    const tick = field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox");
    if (tick) field.checked = said.includes(field.value);
    else field.value = said[0] ?? "";
    const details = field.closest("details");
    if (details && (tick ? field.checked : field.value)) details.open = true;
  }
}

// The page is left, or loaded anew, between a change and its draft. It is sent all the same; but the next page may be
// drawn before it has arrived, so this tab remembers it for that one page, and for this reader alone.
function leave() {
  const draft = find(HTMLElement, "[data-draft]");
  const form = find(HTMLFormElement, "#grading");
  if (saved === changes || !draft?.dataset.draft || !form) return;
  sessionStorage.setItem(keyOf(draft), JSON.stringify({ at: Date.now(), values: entered(form) }));
  if (navigator.sendBeacon(draft.dataset.draft, new FormData(form))) saved = changes;
}

/** @param {HTMLElement} draft */
const keyOf = (draft) => `draft:${draft.dataset.reader}:${draft.dataset.draft}`;

/** What was entered as the page was left stands on the sheet again, and is sent once more. */
export function begin() {
  const draft = find(HTMLElement, "[data-draft]");
  const form = find(HTMLFormElement, "#grading");
  const kept = draft && sessionStorage.getItem(keyOf(draft));
  if (!draft || !form || !kept) return;
  sessionStorage.removeItem(keyOf(draft));
  const { at, values } = JSON.parse(kept);
  if (Date.now() - at > REMEMBERED) return;
  fill(form, values);
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {HTMLElement} element */
const isDraft = (element) => Boolean(element.dataset?.draft);

function working() {
  if (Date.now() - renewed < RENEW || !document.getElementById("grading")) return;
  renewed = Date.now();
  document.body.dispatchEvent(new CustomEvent("working"));
}

export function listen() {
  for (const sign of ["input", "change"]) {
    document.addEventListener(sign, (event) => { if (on(event).closest("#grading")) changes += 1; });
  }
  document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (isDraft(detail.elt)) sent = changes; });
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful && isDraft(detail.elt)) saved = sent; });
  document.addEventListener("submit", (event) => { if (on(event).id === "grading") saved = changes; });
  // Before the next page is asked for; a phone may only say that the page is hidden.
  for (const sign of ["beforeunload", "pagehide"]) window.addEventListener(sign, leave);
  for (const sign of ["pointerdown", "wheel", "keydown"]) document.addEventListener(sign, working, { passive: true });
}
