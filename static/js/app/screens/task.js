// One thing to do for a patient who was seen before: photo again, a question, "did she go?", or news.
import { bdi, button, choices, field, h, icon, note } from "../dom.js";
import { confirm, thumbBar } from "../parts.js";
import { go, goInstead } from "../route.js";
import { gettext, local } from "../words.js";
import * as vault from "../vault.js";
import { begin, find, sendNote } from "../visit.js";

/**
 * @param {string} id
 * @returns {Promise<Phone.Screen>}
 */
export async function task(id) {
  const today = (await vault.kept("today")) ?? { tasks: [], patients: [] };
  const wanted = today.tasks.find((one) => one.id === id);
  if (!wanted) return { title: gettext("To do"), back: "#/", body: [note("quiet", "check", gettext("This is done already."))] };
  const patient = today.patients.find((one) => one.id === wanted.patient);
  /** @type {Record<string, (wanted: Phone.Task, patient?: Phone.Patient) => Phone.Child[] | Promise<Phone.Child[]>>} */
  const acts = { retake, missing: retake, question, follow_up: followUp, referred };
  const act = acts[wanted.kind] ?? news;
  return {
    title: wanted.words, back: "#/", before: [patient ? h("p.person", bdi(patient.name, "name")) : null],
    body: [wanted.detail && h("p.what", bdi(local(wanted.detail))), ...(await act(wanted, patient))],
  };
}

/** @param {Phone.Task} wanted */
async function done(wanted) {
  const today = await vault.kept("today");
  if (today) await vault.keep("today", { ...today, tasks: today.tasks.filter((one) => one.id !== wanted.id) });
  await vault.drop(`said:${wanted.id}`);
  goInstead("#/");
}

/**
 * What is being said is kept at every change, like everything that is entered.
 * @template Said
 * @param {Phone.Task} wanted
 * @param {Said} start
 * @returns {Promise<Said>}
 */
const saidSoFar = async (wanted, start) => ({ ...start, ...(await vault.kept(`said:${wanted.id}`)) });
/**
 * @param {Phone.Task} wanted
 * @param {object} said
 */
const keep = (wanted, said) => vault.keep(`said:${wanted.id}`, said);

/**
 * @param {Phone.Task} wanted
 * @param {Phone.Patient | undefined} patient
 */
async function retake(wanted, patient) {
  const visit = patient?.visits.find((one) => one.encounter === wanted.encounter);
  if (!patient || !visit) return [link(wanted)];
  const start = async () => {
    const draft = (await find(wanted.encounter)) ?? (await begin({
      known: patient, programme: visit.programme, site: patient.site, retake: wanted.encounter, views: wanted.views,
    }));
    go(`#/visit/${draft.visit}/photos`);
  };
  const again = button(wanted.kind === "missing" ? gettext("Take photo") : gettext("Take the photo again"), start, { kind: "big.full", symbol: "camera" });
  return [wanted.id.endsWith(wanted.encounter) ? null : cannot(wanted), thumbBar(again)];
}

/**
 * A photo that a specialist asked for (and not the gate): they are told when nobody can take it.
 * @param {Phone.Task} wanted
 */
function cannot(wanted) {
  const say = async () => {
    if (!(await confirm(gettext("Tell the specialist that the photo cannot be taken again?"), gettext("Yes, tell them")))) return;
    await sendNote({ type: "answer", task: wanted.id, encounter: wanted.encounter, text: "", cannot: true }, wanted.encounter, wanted.id);
    await done(wanted);
  };
  return button(gettext("It cannot be taken"), say, { kind: "plain.full", symbol: "ban" });
}

/** @param {Phone.Task} wanted */
async function question(wanted) {
  const { text: before } = await saidSoFar(wanted, { text: "" });
  const text = h("textarea", { id: "answer", rows: "4", autocomplete: "off", maxlength: "600" });
  text.addEventListener("input", () => keep(wanted, { text: text.value }));
  text.value = before;
  const send = async () => {
    if (!text.value.trim()) return text.focus();
    await sendNote({ type: "answer", task: wanted.id, encounter: wanted.encounter, text: text.value.trim() }, wanted.encounter, wanted.id);
    await done(wanted);
  };
  return [h("label", { for: "answer" }, gettext("Your answer")), text, thumbBar(button(gettext("Send"), send, { kind: "big.full", symbol: "send" }))];
}

const DAYS = ["attended", "not_yet"];

/** @param {Phone.Task} wanted */
async function followUp(wanted) {
  const said = await saidSoFar(wanted, { answer: "", on: "", note: "" });
  const tell = (/** @type {keyof typeof said} */ name) => (/** @type {string} */ value) => { said[name] = value; keep(wanted, said); };
  const day = h("div", { hidden: !DAYS.includes(said.answer) }, field("on", gettext("On which day?"), said.on, tell("on"), { type: "date" }));
  const problem = h("div", { role: "alert" });
  /** @type {Phone.Options} */
  const options = [["attended", gettext("Yes, went")], ["not_yet", gettext("Not yet")], ["refused", gettext("Does not want to")], ["lost", gettext("Cannot be found")]];
  const send = async () => {
    if (!said.answer) return problem.replaceChildren(note("urgent", "circle-alert", gettext("Choose one.")));
    await sendNote({ type: "follow_up", id: crypto.randomUUID(), encounter: wanted.encounter, answer: said.answer, on: (DAYS.includes(said.answer) && said.on) || null, note: said.note }, wanted.encounter, wanted.id);
    await done(wanted);
  };
  return [
    choices("went", gettext("Did the patient go?"), options, said.answer, (value) => {
      tell("answer")(value);
      day.hidden = !DAYS.includes(value);
    }, { columns: ".column" }),
    day, field("note", gettext("Note"), said.note, tell("note"), { maxlength: "400" }), problem,
    thumbBar(button(gettext("Save"), send, { kind: "big.full", symbol: "check" })),
  ];
}

/**
 * Sent, and its day to ask is still to come: the answer may be known already.
 * @param {Phone.Task} wanted
 */
const referred = async (wanted) => [...news(wanted), ...(await followUp(wanted))];

/** @param {Phone.Task} wanted */
function news(wanted) {
  const see = wanted.patient && h("a.button.full.plain", { href: `#/patient/${wanted.patient}` }, icon("user-round"), " ", gettext("Patient"));
  return [see, link(wanted)];
}

/** @param {Phone.Task} wanted */
const link = (wanted) => wanted.encounter && h("a.button.full.plain", { href: `/encounters/${wanted.encounter}/` }, icon("eye"), " ", gettext("The whole visit, with its photos"));
