// Pieces several screens are made of.
import { bdi, h, icon } from "./dom.js";
import { gettext } from "./words.js";
import { lookOf, sideOf, titleOf } from "./declared.js";
import { age, sexOf } from "./words-of.js";

/**
 * @param {Phone.Badge} what
 * @param {boolean} [live]
 */
export function badge([tone, symbol, words], live = false) {
  return h(`span.badge.tone-${tone}`, live ? { role: "status" } : {}, icon(symbol), " ", h("span", words));
}

/** @param {Phone.Person} patient */
export function personLine(patient) {
  const facts = [age(patient.birth_year), sexOf(patient.sex)].filter(Boolean).join(", ");
  return h("p.person", bdi(patient.name, "name"), " ", h("span.soft", facts, patient.local_id ? [", ", bdi(patient.local_id)] : null),
    patient.origin && patient.origin !== "person" ? h("span.synthetic", icon("flask-conical"), " ", gettext("Synthetic")) : null);
}

const STEPS = ["person", "consent", "questions", "photos", "review"];

/**
 * Where in the visit one is.
 * @param {Phone.Draft} draft
 */
export function steps(draft) {
  /** @type {Record<string, string>} */
  const words = {
    person: gettext("Patient"), consent: gettext("Consent"), questions: gettext("Questions"), photos: gettext("Photos"), review: gettext("Send"),
  };
  const shown = STEPS.filter((step) => (draft.retake ? ["photos", "review"] : draft.known ? STEPS.slice(1) : STEPS).includes(step));
  const at = shown.indexOf(draft.step);
  return h("ol.steps", { "aria-label": gettext("Steps of this visit") }, shown.map((step, i) =>
    h(i < at ? "li.done" : "li", { "aria-current": i === at ? "step" : null }, words[step],
      i < at && h("span.visually-hidden", " ", gettext("(done)")))));
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number>} facts
 */
function shape(tag, facts) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(facts)) element.setAttribute(name, String(value));
  return element;
}

/** @type {Record<string, (label: string, side: string | null) => SVGElement>} */
const FIGURES = { eyes: face };

/**
 * The little drawing of where a view is; null where none is declared.
 * @param {Phone.Programme} programme
 * @param {string} view
 */
export function figure(programme, view) {
  return FIGURES[lookOf(programme).figure]?.(titleOf(programme, view), sideOf(programme, view)) ?? null;
}

/**
 * The patient's face as the worker sees it, the eye in question filled: the right eye is on the left, in every language.
 * @param {string} label
 * @param {string | null} side
 */
function face(label, side) {
  const svg = shape("svg", { class: "face", viewBox: "0 0 64 40", role: "img", "aria-label": label });
  svg.append(shape("path", { d: "M4 20C4 8 16 2 32 2s28 6 28 18-12 18-28 18S4 32 4 20z", class: "face-line" }));
  for (const [eye, x] of [["R", 19], ["L", 45]]) {
    svg.append(shape("circle", { cx: x, cy: 19, r: eye === side ? 9 : 6, class: eye === side ? "face-here" : "face-line" }));
  }
  return svg;
}

/**
 * A picture kept as base64.
 * @param {string | null} preview
 * @param {string} alt
 */
export function thumb(preview, alt) {
  if (!preview) return h("span.no-thumb", icon("image"));
  return h("img", { src: `data:image/jpeg;base64,${preview}`, alt, width: "96", height: "96" });
}

/** @param {...Phone.Child} buttons */
export function thumbBar(...buttons) {
  return h("div.thumb-bar", ...buttons);
}

/**
 * Ask before something cannot be undone. Resolves to true or false.
 * @param {string} question
 * @param {string} yes
 * @param {string} [no]
 * @returns {Promise<boolean>}
 */
export function confirm(question, yes, no = gettext("No, go back")) {
  return new Promise((done) => {
    const answer = (/** @type {boolean} */ value) => { dialog.close(); dialog.remove(); done(value); };
    /** @type {(words: string, kind: string, value: boolean) => HTMLElement} */
  const act = (words, kind, value) => h(`button.button${kind}`, { type: "button", onclick: () => answer(value) }, words);
    const dialog = h("dialog.ask-box", { "aria-labelledby": "asked" },
      h("article", h("p", { id: "asked" }, question), h("div.buttons", act(no, ".plain", false), act(yes, "", true))));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); answer(false); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
