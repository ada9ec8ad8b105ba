// My patients today: what is to do, what is not finished, what waits, and everybody else.
import { ask } from "../api.js";
import { bdi, button, h, icon, note } from "../dom.js";
import { asked, matching } from "../find.js";
import { go } from "../route.js";
import { badge, personLine, thumbBar } from "../parts.js";
import { openTasks, waitingVisits } from "../progress.js";
import { room } from "../storage.js";
import { fill, gettext, local, ngettext } from "../words.js";
import * as vault from "../vault.js";
import { begun, unfinished } from "../visit.js";

/** @type {Record<string, string>} */
const TASK_ICONS = { retake: "rotate-ccw", missing: "camera", question: "circle-help", follow_up: "calendar-clock", identity: "user-round", answered: "stethoscope", referred: "hospital" };
/** @type {Record<string, string>} */
const LOOKS = { urgent: "triangle-alert", refer: "hospital", again: "rotate-ccw", clear: "calendar-clock", human: "stethoscope", quiet: "hourglass" };

/** @returns {Promise<Phone.Screen>} */
export async function today() {
  const list = (await vault.kept("today")) ?? { patients: [], tasks: [] };
  const waiting = await waitingVisits();
  const found = h("div", { id: "list" });
  const show = (/** @type {string} */ words) => found.replaceChildren(...listed(list, waiting, words));
  show("");
  return {
    title: gettext("My patients"),
    body: [await warning(), await drafts(), await tasks(list), search(list, show), found,
      thumbBar(button(gettext("New patient"), () => go("#/new"), { kind: "big.full", symbol: "user-round-plus" }))],
  };
}

async function warning() {
  const left = await room();
  return left?.scarce ? note("again", "triangle-alert", gettext("This phone is nearly full. Send what waits, or remove other files.")) : null;
}

async function drafts() {
  const rows = (await unfinished()).filter(begun);
  if (!rows.length) return null;
  const row = (/** @type {Phone.Draft} */ draft) => h("li", h("a.row", { href: `#/visit/${draft.visit}/${draft.step}` },
    h("span.person", bdi(draft.facts.name || draft.patient.name || gettext("New patient"), "name")),
    h("span.visit-state", badge(["quiet", "pencil", gettext("Not finished")]))));
  return h("section", h("h2.group", gettext("Go on with")), h("ul.people", rows.map(row)));
}

/** @param {Phone.Today} list */
async function tasks({ tasks: all, patients }) {
  const wanted = await openTasks(all);
  if (!wanted.length) return null;
  const names = Object.fromEntries(patients.map((patient) => [patient.id, patient.name]));
  const line = (/** @type {Phone.Task} */ task) => h("li", h("a", { href: `#/task/${task.id}` }, icon(TASK_ICONS[task.kind] ?? "bell"), " ",
    h("span", h("strong", bdi(names[task.patient ?? ""] ?? "")), " ", task.words,
      task.urgent ? [" ", badge(["urgent", "triangle-alert", gettext("Urgent")])] : null)));
  const urgent = [...wanted].sort((a, b) => Number(b.urgent) - Number(a.urgent));
  return h("section.notices", { "aria-labelledby": "tasks" }, h("h2", { id: "tasks" }, icon("bell"), " ", gettext("To do")), h("ul", urgent.map(line)));
}

/**
 * @param {Phone.Today} list
 * @param {(words: string) => void} show
 */
function search(list, show) {
  const said = h("p.visually-hidden", { role: "status" });
  const typed = () => {
    const words = input.value;
    show(words);
    if (words) said.textContent = counted(matching(list.patients, words).length);
  };
  const input = h("input", { id: "words", type: "search", autocomplete: "off", spellcheck: "false",
    placeholder: gettext("Name, local number or telephone") });
  input.addEventListener("input", typed);
  const scan = async () => {
    const { scanned } = await import("../scan.js");
    const code = await scanned();
    if (code) { input.value = code; input.dispatchEvent(new Event("input")); }
  };
  return h("search", h("div.search-line", h("div.search", h("label", { for: "words" }, gettext("Find a patient")), input),
    button(gettext("Scan"), scan, { kind: "plain", symbol: "maximize" })), said);
}

/** @param {number} n */
const counted = (n) => fill(ngettext("%(n)s patient found", "%(n)s patients found", n), { n });
/**
 * @param {Phone.Today} list
 * @param {Phone.OnItsWay[]} waiting
 * @param {string} words
 */
function listed({ patients }, waiting, words) {
  const known = new Set(patients.flatMap((one) => one.visits.map((visit) => visit.encounter)));
  const own = waiting.filter((visit) => visit.patient && !known.has(visit.visit));
  const here = matching(own.map((visit) => ({ ...visit.patient, visits: [], waits: visit })), words);
  const away = here.map((one) => one.id);
  const there = matching(patients, words).filter((one) => !away.includes(one.id));
  const rows = [...here, ...there].map(row);
  const more = words.trim().length > 2 ? [elsewhere(words)] : [];
  if (!rows.length) {
    const said = words ? gettext("No patient found. Check the spelling, or search for less.") : gettext("No patients yet. Enrol the first one.");
    return [h("div.empty", icon("users-round"), h("p", said)), ...more];
  }
  return [h("ul.people", rows), ...more];
}

/** @param {Phone.Patient & { waits?: Phone.OnItsWay }} patient */
function row(patient) {
  const visits = patient.visits.map((visit) => h("span.visit-state", badge([visit.tone, LOOKS[visit.tone] ?? "info", local(visit.words) ?? ""])));
  const waits = patient.waits ? [h("span.visit-state", badge(patient.waits.state))] : [];
  const states = [...waits, ...visits];
  return h("li", h("a.row", { href: `#/patient/${patient.id}` }, personLine(patient),
    states.length ? states : h("span.visit-state.soft.small", gettext("No visit yet"))));
}

/**
 * People of earlier months are not on the phone: the server knows them, when there is a line.
 * @param {string} words
 */
function elsewhere(words) {
  const place = h("div");
  const look = async () => {
    try {
      /** @type {{ results: Phone.Person[] }} */
      const { results } = await ask(`patients?q=${encodeURIComponent(asked(words))}&page_size=20`);
      await vault.keep("found", results.map((one) => ({ ...one, visits: [] })));
      place.replaceChildren(results.length ? h("ul.people", results.map((one) => row({ ...one, visits: [] })))
        : h("p.soft", { role: "status" }, gettext("Nobody else was found.")));
    } catch {
      place.replaceChildren(note("quiet", "info", gettext("No connection: only patients on this phone can be found.")));
    }
  };
  place.append(button(gettext("Look for earlier patients too"), look, { kind: "plain.full", symbol: "search" }));
  return place;
}
