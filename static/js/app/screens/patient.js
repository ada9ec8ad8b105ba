// One patient: where each visit stands, in words, and what can be done next. Readable offline, without pictures.
import { bdi, button, h, icon, note } from "../dom.js";
import { badge, personLine } from "../parts.js";
import { go } from "../route.js";
import { waitingVisits } from "../progress.js";
import { hear } from "../news.js";
import { serverNow } from "../session.js";
import { fill, gettext, local, ngettext } from "../words.js";
import * as vault from "../vault.js";
import { begin } from "../visit.js";
import { ages, suits } from "./person.js";

/** @type {Record<string, string>} */
const ICONS = { urgent: "triangle-alert", refer: "hospital", again: "rotate-ccw", clear: "calendar-clock", human: "stethoscope", quiet: "hourglass" };

/** @typedef {{ patient: Phone.Patient, own: Phone.OnItsWay[] }} Known somebody of the phone, with what of theirs is on its way */

/**
 * @param {string} id
 * @returns {Promise<Known | undefined>}
 */
async function known(id) {
  const { patients } = (await vault.kept("today")) ?? { patients: [] };
  const earlier = (await vault.kept("found")) ?? [];
  const own = (await waitingVisits()).filter((one) => one.patient?.id === id);
  const patient = patients.find((one) => one.id === id) ?? earlier.find((one) => one.id === id) ?? (own[0] && { ...own[0].patient, visits: [] });
  return patient && { patient, own: own.filter((one) => !patient.visits.some((visit) => visit.encounter === one.visit)) };
}

/**
 * @param {string} id
 * @returns {Promise<Phone.Screen>}
 */
export async function patient(id) {
  const found = await known(id);
  if (!found) return { title: gettext("Patient"), back: "#/", body: [note("quiet", "info", gettext("This patient is not on this phone."))] };
  const programmes = await vault.kept("programmes");
  const names = Object.fromEntries(programmes.map((one) => [one.code, one.name]));
  return {
    title: gettext("Patient"), back: "#/", hidden: true, before: [personLine(found.patient)],
    body: [
      found.patient.phone && h("p", icon("phone"), " ", h("a", { href: `tel:${found.patient.phone}` }, bdi(found.patient.phone))),
      found.own.map((one) => waiting(one, names)), found.patient.visits.map((visit) => standing(visit, names)),
      await offers(found, programmes),
    ],
  };
}

/**
 * @param {Phone.OnItsWay} visit
 * @param {Record<string, string>} names
 */
function waiting(visit, names) {
  const state = h("div", badge(visit.state, true));
  const look = async () => {
    const now = (await waitingVisits()).find((one) => one.visit === visit.visit);
    if (now && state.isConnected) state.replaceChildren(badge(now.state, true));
  };
  hear("outbox", look);
  hear("progress", look);
  return h("section.card", h("h2", names[visit.programme] ?? ""), state,
    h("p.soft", gettext("Kept safely on this phone until the server has it. You may go on with the next patient.")),
    h("p", h("a.quiet-link", { href: "#/outbox" }, gettext("What waits on this phone"))));
}

/**
 * @param {Phone.Standing} visit
 * @param {Record<string, string>} names
 */
function standing(visit, names) {
  /** @type {(name: string, words?: Phone.Child) => Phone.Child} */
  const fact = (name, words) => words && h("div", h("dt", name), h("dd", words));
  return h(`section.answer.tone-${visit.tone}`,
    h("p.soft.small", names[visit.programme] ?? visit.programme),
    h("h2", icon(ICONS[visit.tone] ?? "info"), " ", local(visit.words)),
    h("p.what", local(visit.what)),
    visit.arriving > 0 && h("p", icon("clock"), " ", fill(ngettext("%(n)s photo is still on its way.", "%(n)s photos are still on their way.", visit.arriving), { n: visit.arriving })),
    h("dl", fact(gettext("When"), local(visit.when)), fact(gettext("Where"), visit.where), fact(gettext("Why"), local(visit.why)),
      fact(gettext("Advice"), visit.advice && bdi(visit.advice))),
    visit.who && h("p.who", visit.who),
    visit.on_paper && h("a.button.full.plain", { href: `/encounters/${visit.encounter}/slip/` }, icon("printer"), " ", gettext("Slip for the patient")),
    h("p", h("a.quiet-link", { href: `/encounters/${visit.encounter}/` }, gettext("The whole visit, with its photos"))));
}

/**
 * @param {Known} known
 * @param {Phone.Programme[]} programmes
 */
async function offers({ patient: person, own }, programmes) {
  const year = (await serverNow()).getFullYear();
  const here = programmes.filter((one) => !person.site || one.sites.includes(person.site));
  const offer = (/** @type {Phone.Programme} */ programme) => {
    const start = async () => {
      const draft = await begin({ known: person, programme: programme.code, site: person.site ?? "" });
      go(`#/visit/${draft.visit}/consent`);
    };
    if (!suits(programme, person.birth_year, year)) return h("li", h("p", h("strong", programme.name)), h("p.soft", ages(programme)));
    return h("li", button(programme.name, start, { kind: "full.plain", symbol: "plus" }));
  };
  // A patient who is still on the way is not known to the server under this visit alone: wait for it.
  if (own.length && !person.site) return null;
  return h("section", h("h2.group", gettext("New visit")), h("ul.offers", here.map(offer)));
}
