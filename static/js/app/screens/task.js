// One thing to do for a patient who was seen before: photo again, a question, "did she go?", or news.
import { bdi, button, choices, field, h, icon, note } from "../dom.js";
import { thumbBar } from "../parts.js";
import { go, goInstead } from "../route.js";
import { gettext } from "../words.js";
import * as vault from "../vault.js";
import { begin, find, sendNote } from "../visit.js";

export async function task(id) {
  const today = (await vault.kept("today")) ?? { tasks: [], patients: [] };
  const wanted = today.tasks.find((one) => one.id === id);
  if (!wanted) return { title: gettext("To do"), back: "#/", body: [note("quiet", "check", gettext("This is done already."))] };
  const patient = today.patients.find((one) => one.id === wanted.patient);
  const act = { retake, question, follow_up: followUp }[wanted.kind] ?? news;
  return {
    title: wanted.words, back: "#/", before: [patient ? h("p.person", bdi(patient.name, "name")) : null],
    body: [wanted.detail && h("p.what", wanted.detail), ...(await act(wanted, patient, today))],
  };
}

async function done(wanted) {
  const today = await vault.kept("today");
  await vault.keep("today", { ...today, tasks: today.tasks.filter((one) => one.id !== wanted.id) });
  goInstead("#/");
}

async function retake(wanted, patient, today) {
  const visit = patient?.visits.find((one) => one.encounter === wanted.encounter);
  const start = async () => {
    const draft = (await find(wanted.encounter)) ?? (await begin({
      known: patient, programme: visit.programme, site: patient.site, retake: wanted.encounter, views: wanted.views,
    }));
    go(`#/visit/${draft.visit}/photos`);
  };
  if (!visit) return [link(wanted)];
  return [thumbBar(button(gettext("Take the photo again"), start, { kind: "big.full", symbol: "camera" }))];
}

function question(wanted) {
  const text = h("textarea", { id: "answer", rows: "4", autocomplete: "off", maxlength: "2000" });
  const send = async () => {
    if (!text.value.trim()) return text.focus();
    await sendNote({ type: "answer", task: wanted.id, encounter: wanted.encounter, text: text.value.trim() }, wanted.encounter);
    await done(wanted);
  };
  return [h("label", { for: "answer" }, gettext("Your answer")), text, thumbBar(button(gettext("Send"), send, { kind: "big.full", symbol: "send" }))];
}

function followUp(wanted) {
  const said = { answer: "", on: "", note: "" };
  const day = h("div", { hidden: true }, field("on", gettext("On which day?"), "", (value) => { said.on = value; }, { type: "date" }));
  const problem = h("div", { role: "alert" });
  const options = [["attended", gettext("Yes, went")], ["not_yet", gettext("Not yet")], ["refused", gettext("Does not want to")], ["lost", gettext("Cannot be found")]];
  const send = async () => {
    if (!said.answer) return problem.replaceChildren(note("urgent", "circle-alert", gettext("Choose one.")));
    await sendNote({ type: "follow_up", id: crypto.randomUUID(), encounter: wanted.encounter, answer: said.answer, on: said.on || null, note: said.note }, wanted.encounter);
    await done(wanted);
  };
  return [
    choices("went", gettext("Did the patient go?"), options, "", (value) => {
      said.answer = value;
      day.hidden = !["attended", "not_yet"].includes(value);
    }, { columns: ".column" }),
    day, field("note", gettext("Note"), "", (value) => { said.note = value; }, { maxlength: "500" }), problem,
    thumbBar(button(gettext("Save"), send, { kind: "big.full", symbol: "check" })),
  ];
}

function news(wanted) {
  const see = wanted.patient && h("a.button.full.plain", { href: `#/patient/${wanted.patient}` }, icon("user-round"), " ", gettext("Patient"));
  return [see, link(wanted)];
}

const link = (wanted) => wanted.encounter && h("a.button.full.plain", { href: `/encounters/${wanted.encounter}/` }, icon("eye"), " ", gettext("The whole visit, with its photos"));
