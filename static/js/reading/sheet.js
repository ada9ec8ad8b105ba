// What shortcuts do to the grading sheet: choose, walk through choices, open what is folded, write advice.
import { all, find, need } from "../shell/find.js";

/** Whether there is such a choice; it is made then. @param {HTMLInputElement | null | undefined} radio */
function tick(radio) {
  if (radio && !radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return Boolean(radio);
}

/** Make a choice, where the sheet has it. @param {string} name @param {string} value */
export const choose = (name, value) => tick(find(HTMLInputElement, `#grading input[name="${name}"][value="${value}"]`));

/** A normal picture has no other finding: what is under "other findings" is blank again. @param {string} sheet */
function clear(sheet) {
  for (const field of document.querySelectorAll(`[data-sheet="${sheet}"] [data-more] :is(input, select)`)) {
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) field.checked = false;
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = "";
  }
}

/** @param {string} sheet */
function makeNormal(sheet) {
  choose(`${sheet}-gradability`, "gradable");
  // The first answer to every question of the scale is that nothing is there.
  for (const question of all(HTMLElement, `[data-sheet="${sheet}"] .seen [role="radiogroup"]`)) tick(find(HTMLInputElement, "input", question));
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

/** A grade by its digit: the sheet says which question digits answer, and the first of them. @param {string} view @param {string} digit */
export function grade(view, digit) {
  const question = find(HTMLElement, `[data-sheet="${view}"] [data-digits]`);
  if (!question) return;
  const answers = all(HTMLInputElement, "input", question);
  if (tick(answers[Number(digit) - Number(question.dataset.digits)])) choose(`${view}-gradability`, "gradable");
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
