// The photos of each view: taken with guidance or chosen, judged here and now, several per view.
import { button, choices, h, icon, note, part, redraw } from "../dom.js";
import { isPair, lookOf, stopped, titleOf, viewOf } from "../declared.js";
import { figure, personLine, steps, thumb, thumbBar } from "../parts.js";
import { go } from "../route.js";
import { phone, setPhone, Stale } from "../db.js";
import { isFull } from "../storage.js";
import { fill, gettext } from "../words.js";
import { addPhoto, missing, programmeOf, removePhoto, save, sendAnyway, TRIES } from "../visit.js";

/**
 * @typedef {object} Taking what the screen stands on; `busy`: the view whose photo is looked at, `said`: what was said of each view
 * @property {Phone.Draft} draft
 * @property {Phone.Programme} programme
 * @property {string[]} views
 * @property {boolean} fullSize
 * @property {string | null} busy
 * @property {Record<string, string>} said
 * @property {() => void} render
 */

const ACCEPT = "image/jpeg,image/png,application/dicom,.dcm,.dicom";

/**
 * @param {Phone.Draft} draft
 * @returns {Promise<Phone.Screen>}
 */
export async function photos(draft) {
  const programme = await programmeOf(draft);
  const views = draft.views?.length ? draft.views : programme.views;
  draft.capture_class = draft.capture_class.code ? draft.capture_class : { code: await phone(`class-${programme.code}`) ?? "" };
  const fullSize = (await phone("full_size")) ?? false;
  const place = h("div");
  /** @type {Taking} */
  const state = { draft, programme, views, fullSize, busy: null, said: {}, render: () => redraw(place, ...all(state)) };
  state.render();
  return {
    title: gettext("Photos"), back: draft.retake ? `#/patient/${draft.patient.id}` : `#/visit/${draft.visit}/questions`,
    before: [personLine(draft.patient), steps(draft)], body: [place], leave: () => save(draft),
  };
}

/** @param {Taking} state */
function all(state) {
  const { draft, views, programme } = state;
  return [
    taken(state),
    h(`div.cards${isPair(programme, views) ? ".sides" : ""}`, views.map((view) => card(state, view))),
    sizes(state),
    thumbBar(h("p.ask", { id: "still", role: "status" }), h("button.button.big.full", { type: "button", onclick: () => next(state) },
      missing(draft, views).length ? gettext("Go on") : gettext("Check and send"))),
  ];
}

/** @param {Taking} state */
function taken({ draft, programme, render }) {
  /** @type {[string, string][]} */
  const options = programme.capture_classes.map(({ code, words }) => [code, words ?? code]);
  const group = choices("capture_class", gettext("How are the photos taken?"), options, draft.capture_class.code, async (code) => {
    draft.capture_class = { code };
    await setPhone(`class-${programme.code}`, code);
    await save(draft);
    render();
  }, { columns: ".column" });
  if (!draft.capture_class.code) return h("div.card.classes", { id: "classes" }, group);
  const words = options.find(([code]) => code === draft.capture_class.code)?.[1];
  return h("details.card.classes", h("summary", icon("camera"), " ", h("span", gettext("How are the photos taken?"), h("strong", words))), group);
}

/**
 * @param {Taking} state
 * @param {string} view
 */
function card(state, view) {
  const { draft, programme } = state;
  const taken = draft.images.filter((image) => image.view === view);
  const usable = taken.filter((image) => image.use);
  const shots = usable.length ? usable : taken; // a good one makes the others needless
  const excuse = draft.unobtainable[view];
  return h("section.card.view-card", { "aria-labelledby": `label-${view}` },
    h("div.card-head", h("h2", { id: `label-${view}` }, titleOf(programme, view)), figure(programme, view)),
    h("div", { id: `said-${view}`, role: "status" }, verdict(state, view, shots)),
    shots.length > 0 && h("ul.pictures", shots.map((shot) => picture(state, shot))),
    state.busy === view ? h("p.note", icon("hourglass"), " ", gettext("Looking at the photo …")) : taking(state, view, shots),
    !shots.length && cannot(state, view, excuse));
}

/**
 * @param {Taking} state
 * @param {Phone.Shot} shot
 */
function picture(state, shot) {
  const words = shot.use ? (shot.anyway ? gettext("a specialist will see") : gettext("good photo")) : gettext("not good enough");
  const tone = shot.use && !shot.anyway ? "clear" : shot.use ? "human" : "again";
  const gone = async () => { await removePhoto(state.draft, shot.id); state.render(); };
  return h("li.shot", thumb(shot.preview, titleOf(state.programme, shot.view)),
    h("div", h(`p.shot-state.tone-${tone}`, icon(shot.use ? "circle-check" : "rotate-ccw"), " ", words),
      button(gettext("Remove"), gone, { kind: "plain.small", symbol: "x" })));
}

/**
 * @param {Taking} state
 * @param {string} view
 * @param {Phone.Shot[]} shots
 */
function verdict(state, view, shots) {
  const said = state.said[view];
  if (said) return note("again", "circle-alert", said);
  const last = shots.at(-1);
  if (!last || last.use) return "";
  const [what, change] = stopped(state.programme, last.reason ?? "");
  const anyway = async () => { await sendAnyway(state.draft, last.id); state.render(); };
  return [
    h("div.note.tone-again", h("p", icon("rotate-ccw"), " ", h("strong", what)), h("p.advice", change)),
    last.tries >= TRIES && button(gettext("Send anyway: a specialist will see"), anyway, { kind: "plain.full", symbol: "stethoscope" }),
  ];
}

/**
 * @param {Taking} state
 * @param {string} view
 * @param {Phone.Shot[]} shots
 */
function taking(state, view, shots) {
  const chosen = (/** @type {{ target: HTMLInputElement }} */ { target }) => {
    const file = target.files?.[0];
    target.value = "";
    if (file) add(state, view, file);
  };
  const live = Boolean(navigator.mediaDevices?.getUserMedia);
  /** @type {(words: string, symbol: string, kind: string, capture: string | null) => HTMLElement} */
  const file = (words, symbol, kind, capture) => h(`label.button.${kind}`, icon(symbol), " ", words,
    h("input.visually-hidden", { type: "file", accept: ACCEPT, capture, onchange: chosen, "aria-describedby": `label-${view}` }));
  const words = shots.length ? gettext("Take another") : gettext("Take photo");
  return h("div.buttons.taking",
    live ? button(words, () => camera(state, view), { kind: `big${shots.some((one) => one.use) ? ".plain" : ""}`, symbol: "camera", "aria-describedby": `label-${view}` })
      : file(words, "camera", "big", "environment"),
    file(gettext("Choose file"), "image-up", "plain", null));
}

/**
 * @param {Taking} state
 * @param {string} view
 */
async function camera(state, view) {
  if (!ready(state, null)) return;
  const { programme } = state;
  const { shoot } = await import("../camera.js");
  const file = await shoot(titleOf(programme, view), figure(programme, view), lookOf(programme));
  if (file) await add(state, view, file);
}

/**
 * A DICOM file says itself how it was taken; nothing else may be guessed, for it decides which threshold applies.
 * @param {Taking} state
 * @param {File | null} file
 */
function ready(state, file) {
  if (state.draft.capture_class.code || (file && !file.type.startsWith("image/"))) return true;
  const place = part("classes");
  place.scrollIntoView({ block: "center" });
  place.querySelector("input")?.focus();
  part("still").textContent = gettext("First choose how the photos are taken.");
  return false;
}

/**
 * @param {Taking} state
 * @param {string} view
 * @param {File} file
 */
async function add(state, view, file) {
  if (!ready(state, file)) return;
  const { draft, programme, fullSize } = state;
  delete state.said[view];
  Object.assign(state, { busy: view });
  state.render();
  try {
    const shot = await addPhoto(draft, view, file, { judge: lookOf(programme).judge, floor: programme.compression_floor, fullSize });
    if (shot.twin) state.said[view] = view === shot.twin ? gettext("You have this photo already.") : lookOf(programme).twin;
  } catch (error) {
    if (error instanceof Stale) throw error;
    state.said[view] = isFull(error)
      ? gettext("This phone is full: the photo was not kept. Send what waits or remove other files, then take it again.")
      : gettext("The photo could not be kept. Take it again.");
  }
  state.busy = null;
  state.render();
  document.getElementById(`said-${view}`)?.scrollIntoView({ block: "center" });
}

/**
 * @param {Taking} state
 * @param {string} view
 * @param {string | undefined} excuse
 */
function cannot({ draft, programme, render }, view, excuse) {
  const keep = async (/** @type {string} */ code) => {
    if (code) draft.unobtainable[view] = code;
    else delete draft.unobtainable[view];
    await save(draft);
    render();
  };
  /** @type {Phone.Options} */
  const options = (programme.unobtainable ?? []).map(({ code, text }) => [code, text]);
  options.push(["", gettext("It can be taken")]);
  return h("details.cannot", { open: Boolean(excuse) }, h("summary", gettext("It cannot be taken")),
    choices(`cannot-${view}`, gettext("Why can it not be taken?"), options, excuse ?? "", keep, { columns: ".column", quiet: "" }));
}

/** @param {Taking} state */
function sizes(state) {
  const change = async (/** @type {{ target: HTMLInputElement }} */ event) => { state.fullSize = event.target.checked; await setPhone("full_size", state.fullSize); };
  return h("label.choice.whole.full-size", h("input", { type: "checkbox", role: "switch", checked: state.fullSize, onchange: change }), " ",
    h("span", gettext("Send photos in full size (on Wi-Fi)")));
}

/** @param {Taking} state */
async function next({ draft, programme, views }) {
  const left = missing(draft, views);
  if (left.length) {
    part("still").textContent = fill(gettext("Still missing: %(views)s."), { views: left.map((view) => viewOf(programme, view)).join(", ") });
    part(`label-${left[0]}`).scrollIntoView({ block: "center" });
    return;
  }
  draft.step = "review";
  await save(draft);
  go(`#/visit/${draft.visit}/review`);
}
