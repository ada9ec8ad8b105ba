// What shortcuts do to the grading sheet: choose, walk through choices, open what is folded, write advice.
import { all, find, need } from "../shell/find.js";

/** @type {Record<string, string>} */
const TB = { 1: "unlikely", 2: "possible", 3: "likely", 4: "active" };

/** Whether the sheet has such a choice; it is made then. @param {string} name @param {string} value */
export function choose(name, value) {
  const radio = find(HTMLInputElement, `#grading input[name="${name}"][value="${value}"]`);
  if (radio && !radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return Boolean(radio);
}

/** A normal eye has no other finding: what is under "other findings" is blank again. @param {string} sheet */
function clear(sheet) {
  for (const field of document.querySelectorAll(`[data-sheet="${sheet}"] [data-more] :is(input, select)`)) {
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) field.checked = false;
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = "";
  }
}

/** @param {string} sheet */
function makeNormal(sheet) {
  choose(`${sheet}-gradability`, "gradable");
  choose(`${sheet}-icdr`, "0");
  choose(`${sheet}-dme`, "none");
  choose(`${sheet}-tb`, "unlikely");
  clear(sheet);
  const quality = find(HTMLSelectElement, `#grading [name="${sheet}-limits"]`);
  if (quality) quality.value = "good";
}

/** Everything that was photographed is normal. */
export function normal() {
  const button = find(HTMLButtonElement, "[data-normal]");
  if (!button || button.disabled) return;
  for (const { dataset } of all(HTMLElement, "[data-sheet]")) makeNormal(dataset.sheet ?? "");
  need(HTMLElement, "[data-submit]").focus();
}

/** A grade by its digit: retinopathy of an eye, tuberculosis of a film. @param {string} view @param {string} digit */
export function grade(view, digit) {
  if (choose(`${view}-icdr`, digit) || choose(`${view}-tb`, TB[digit])) choose(`${view}-gradability`, "gradable");
}

/** One key walks through the choices of a question, round and round. @param {string} name */
export function cycle(name) {
  const radios = all(HTMLInputElement, `#grading input[name="${name}"]`);
  if (radios.length) choose(name, radios[(radios.findIndex((radio) => radio.checked) + 1) % radios.length].value);
}

/** Open what is folded and go to its first field. @param {string} opener @param {string} first */
export function more(opener, first) {
  const details = find(HTMLDetailsElement, opener);
  if (!details) return;
  details.open = true;
  find(HTMLElement, first, details)?.focus();
  details.scrollIntoView({ block: "nearest" });
}

/** @param {string} phrase */
export function advise(phrase) {
  const box = need(HTMLTextAreaElement, '#grading [name="advice"]');
  box.value = box.value ? `${box.value.trimEnd()} ${phrase}` : phrase;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}
