// A new patient: who it is, and which programme.
import { bdi, button, choices, field, h, icon, inputOf, note, redraw } from "../dom.js";
import { localNumber as folded } from "../fold.js";
import { similar } from "../likeness.js";
import { go } from "../route.js";
import { steps, thumbBar } from "../parts.js";
import { waitingVisits } from "../progress.js";
import { serverNow } from "../session.js";
import { fill, gettext, latin, local, moment } from "../words.js";
import { sexes, sexOf } from "../words-of.js";
import * as vault from "../vault.js";
import { save } from "../visit.js";

const OLDEST = 120;

/** @typedef {Partial<Record<"name" | "sex" | "age" | "birth_year" | "programme", string>>} Wrong what is wrong, by field */
/** @typedef {(wrong: Wrong, asked?: Phone.Patient[]) => void} Render */
/** @typedef {{ age_min: number | null, age_max: number | null }} Ages */

/**
 * What is wrong with the facts, by field; and the programmes' ages.
 * @param {Phone.Draft} draft
 * @param {Phone.Programme[]} programmes
 */
async function problems({ facts, programme }, programmes) {
  /** @type {Wrong} */
  const found = {};
  const year = (await serverNow()).getFullYear();
  const born = facts.birth_year ? Number(facts.birth_year) : year - Number(facts.age);
  if (!facts.name?.trim()) found.name = gettext("Enter the name.");
  if (!facts.sex) found.sex = gettext("Choose one.");
  if (!facts.age && !facts.birth_year) found.age = gettext("Enter the age or the birth year. A good guess will do.");
  else if (!(born >= year - OLDEST && born <= year)) found[facts.birth_year ? "birth_year" : "age"] = gettext("Enter a year with four digits, like 1968.");
  const chosen = programmes.find((one) => one.code === programme);
  if (!chosen) found.programme = gettext("Choose one.");
  else if (!found.age && !found.birth_year && outside(chosen, year - born)) found.programme = ages(chosen);
  return found;
}

/**
 * @param {Ages} ages
 * @param {number} age
 */
const outside = ({ age_min: low, age_max: high }, age) => (low !== null && age < low) || (high !== null && age > high);

/** @param {Ages} ages */
export function ages({ age_min: low, age_max: high }) {
  if (low !== null && high !== null) return fill(gettext("For people of %(low)s to %(high)s years."), { low, high });
  if (low !== null) return fill(gettext("For people of %(low)s years and over."), { low });
  return fill(gettext("For people up to %(high)s years."), { high });
}

/**
 * @param {Ages} programme
 * @param {number} birthYear
 * @param {number} year
 */
export const suits = (programme, birthYear, year) => !outside(programme, year - birthYear);

/**
 * @param {Phone.Draft} draft
 * @returns {Promise<Phone.Screen>}
 */
export async function person(draft) {
  const programmes = await vault.kept("programmes");
  const { sites } = await vault.kept("me");
  if (!draft.site) draft.site = sites[0]?.code ?? "";
  const form = h("form", { novalidate: true, autocomplete: "off" });
  /** @type {Render} */
  const render = (wrong, asked = []) => redraw(form, question(draft, asked, sites) ?? "", ...fields(draft, programmes, sites, wrong, () => render({})));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await next(draft, programmes, render);
  });
  render({});
  return { title: gettext("New patient"), back: "#/", body: [steps(draft), form], leave: () => save(draft) };
}

/**
 * @param {Phone.Draft} draft
 * @param {Phone.Programme[]} programmes
 * @param {Render} render
 */
async function next(draft, programmes, render) {
  const wrong = await problems(draft, programmes);
  if (Object.keys(wrong).length) {
    render(wrong);
    /** @type {HTMLElement | null} */ (document.querySelector("[aria-invalid=true], .choices .problem"))?.focus();
    return;
  }
  const year = (await serverNow()).getFullYear();
  const { name = "", sex, birth_year: born, age, phone = "", local_id = "" } = draft.facts;
  Object.assign(draft.patient, { name: name.trim(), sex, birth_year: Number(born || year - Number(age)), phone, local_id });
  const asked = await toAskAbout(draft);
  if (asked.length) {
    render({}, asked);
    document.getElementById("similar")?.focus();
    return;
  }
  draft.step = "consent";
  await save(draft);
  go(`#/visit/${draft.visit}/consent`);
}

/**
 * Who of this phone may be the person typed; nobody once it was said that it is none of them.
 * @param {Phone.Draft} draft
 */
async function toAskAbout({ patient, site, notThese = [] }) {
  const { patients } = (await vault.kept("today")) ?? { patients: [] };
  const own = (await waitingVisits()).map((visit) => ({ site, visits: [], ...visit.patient }));
  const others = new Map([...own, ...patients].filter((one) => one.name && one.id !== patient.id).map((one) => [one.id, one]));
  const found = similar({ ...patient, site }, [...others.values()]);
  return found.every((one) => notThese.includes(one.id)) ? [] : found;
}

/**
 * "Is it one of these?" Facts only. What was typed stays where it is.
 * @param {Phone.Draft} draft
 * @param {Phone.Patient[]} asked
 * @param {Phone.Coded[]} sites
 */
function question(draft, asked, sites) {
  if (!asked.length) return null;
  const nameOf = (/** @type {string | undefined} */ code) => sites.find((one) => one.code === code)?.name;
  const none = () => { draft.notThese = asked.map((one) => one.id); };
  // The first button is what Enter in a field means: ask again, and never "None of these".
  return h("div", h("button", { type: "submit", hidden: true, tabindex: "-1" }), h("section.card.similar", { "aria-labelledby": "similar" },
    h("h2", { id: "similar", tabindex: "-1" }, icon("users-round"), " ", gettext("Is it one of these?")),
    h("ul.people", asked.map((one) => h("li.row", h("p.person", bdi(one.name, "name"), " ",
      h("span.soft", [fill(gettext("Born in %(year)s"), { year: local(String(one.birth_year)) ?? "" }), sexOf(one.sex), nameOf(one.site)].filter(Boolean).join(", ")),
      " ", h("span.soft", lastVisit(one))),
    h("a.button.plain", { href: `#/patient/${one.id}` }, gettext("It is this person"))))),
    h("button.button.full", { type: "submit", onclick: none }, gettext("None of these: go on"))));
}

/** @param {Phone.Patient} patient */
function lastVisit({ visits }) {
  const days = visits.map((visit) => visit.started_at ?? "").sort();
  const newest = days[days.length - 1];
  return newest ? fill(gettext("Last visit: %(day)s"), { day: moment(newest, { dateStyle: "medium" }) }) : gettext("No visit yet");
}

/**
 * @param {Phone.Draft} draft
 * @param {Phone.Programme[]} programmes
 * @param {Phone.Coded[]} sites
 * @param {Wrong} wrong
 * @param {() => void} again
 */
function fields(draft, programmes, sites, wrong, again) {
  const { facts } = draft;
  const keep = (/** @type {keyof Phone.Facts} */ name) => (/** @type {string} */ value) => { facts[name] = ["age", "birth_year"].includes(name) ? latin(value) : value; save(draft); };
  const here = programmes.filter((one) => one.sites.includes(draft.site));
  if (here.length === 1) draft.programme = here[0].code;
  return [
    Object.keys(wrong).length ? note("urgent", "circle-alert", gettext("Almost there. Correct what is marked below.")) : "",
    site(draft, sites, again) ?? "",
    field("name", gettext("Name"), facts.name, keep("name"), { problem: wrong.name, autocapitalize: "words" }),
    withProblem(choices("sex", gettext("Sex"), sexes(), facts.sex, keep("sex"), { columns: ".three" }), wrong.sex),
    h("div.pair",
      field("age", gettext("Age in years"), facts.age, keep("age"), { problem: wrong.age, inputmode: "numeric", maxlength: "3" }),
      field("birth_year", gettext("or birth year"), facts.birth_year, keep("birth_year"), { problem: wrong.birth_year, inputmode: "numeric", maxlength: "4", placeholder: "1968" })),
    field("phone", gettext("Telephone"), facts.phone, keep("phone"), { type: "tel", inputmode: "tel", maxlength: "30" }),
    localNumber(facts, keep("local_id")),
    here.length > 1 ? withProblem(choices("programme", gettext("Programme"), here.map((one) => [one.code, one.name]), draft.programme,
      (code) => { draft.programme = code; save(draft); }, { columns: ".column" }), wrong.programme)
      : wrong.programme ? note("urgent", "circle-alert", wrong.programme) : "",
    thumbBar(h("button.button.big.full", { type: "submit" }, gettext("Save and go on"))),
  ];
}

/**
 * @param {HTMLElement} group
 * @param {string | undefined} problem
 */
function withProblem(group, problem) {
  if (problem) group.append(h("p.problem.whole", { tabindex: "-1" }, icon("circle-alert"), " ", problem));
  return group;
}

/**
 * @param {Phone.Draft} draft
 * @param {Phone.Coded[]} sites
 * @param {() => void} again
 */
function site(draft, sites, again) {
  if (sites.length < 2) return null;
  return choices("site", gettext("Where are you screening?"), sites.map((one) => [one.code, one.name]), draft.site,
    (code) => { Object.assign(draft, { site: code, programme: null }); save(draft); again(); }, { columns: ".column" });
}

/**
 * Typing is always possible; the camera only types faster.
 * @param {Phone.Facts} facts
 * @param {(value: string) => void} keep
 */
function localNumber(facts, keep) {
  const twin = h("div", { role: "status" });
  const typed = async (/** @type {string} */ value) => {
    keep(value);
    const { patients } = (await vault.kept("today")) ?? { patients: [] };
    const number = folded(value);
    const known = number && patients.find((one) => folded(one.local_id) === number);
    twin.replaceChildren(known ? note("again", "circle-help", gettext("Already enrolled under this number:"), " ",
      h("a", { href: `#/patient/${known.id}` }, bdi(known.name))) : "");
  };
  const box = field("local_id", gettext("Local number"), facts.local_id, typed, { maxlength: "40", help: gettext("The number on the patient's card, if there is one.") });
  const scan = async () => {
    const { scanned } = await import("../scan.js");
    const code = await scanned();
    if (code) { inputOf("local_id").value = code; typed(code); }
  };
  box.append(button(gettext("Scan the card"), scan, { kind: "plain.full", symbol: "maximize" }), twin);
  return box;
}
