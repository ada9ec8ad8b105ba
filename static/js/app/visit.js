// A visit in the making. Its fields are kept in the vault at every change; each photo, and a form that would do, are sealed
// for the server at once, so that a phone that dies, or a person who signs out, loses no case.
import { base64, utf8 } from "./bytes.js";
import { phone, Stale } from "./db.js";
import { opened, preview } from "./encode.js";
import { verdictOn } from "./judging.js";
import { discard, hold, items, release } from "./outbox.js";
import { seal } from "./seal.js";
import { serverNow } from "./session.js";
import * as vault from "./vault.js";

export const TRIES = 2; // bad photos of a view before it may be sent anyway

const uuid = () => crypto.randomUUID();
/** @param {string} id */
const name = (id) => `draft:${id}`;

/** The phone's own time with its offset from UTC: what the server calls the claimed time. */
export function claimed(now = new Date()) {
  const minutes = -now.getTimezoneOffset();
  const two = (/** @type {number} */ n) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  const local = new Date(now.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  return `${local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * A new visit. `known`: a patient of the list, or null for somebody new; `retake`: an encounter that goes on.
 * @param {{ known?: Phone.Person | null, programme?: string | null, site?: string, retake?: string | null, views?: string[] | null }} how
 */
export async function begin({ known = null, programme = null, site = "", retake = null, views = null }) {
  const revision = retake ? await vault.lastRevision(name(retake)) : 0; // an earlier retake of this visit may be gone
  /** @type {Phone.Draft} */
  const draft = {
    visit: retake ?? uuid(), retake: Boolean(retake), form: uuid(), step: retake ? "photos" : known ? "consent" : "person",
    patient: personOf(known),
    known: Boolean(known), programme, site, views, facts: {}, consent: null, answers: {}, unobtainable: {}, images: [], tries: {},
    capture_class: {}, startedAt: claimed(), revision,
  };
  await save(draft);
  return draft;
}

/** @param {Phone.Person | null} known */
function personOf(known) {
  if (!known) return { id: uuid(), name: "", sex: "", birth_year: 0 };
  return { id: known.id, name: known.name, sex: known.sex, birth_year: known.birth_year };
}

// The last words kept of each draft, and the saves that wait for one another: the newest words are kept last.
/** @type {WeakMap<Phone.Draft, string>} */
const lastKept = new WeakMap();
/** @type {WeakMap<Phone.Draft, Promise<void>>} */
const saving = new WeakMap();

/**
 * Keep a draft as it stands. Rejects with Stale when another tab kept a newer one, or finished it: theirs stays.
 * `always`: even where nothing changed, so that other tabs know theirs to be old.
 * @param {Phone.Draft} draft
 * @param {boolean} [always]
 * @returns {Promise<void>}
 */
export function save(draft, always = false) {
  const kept = (saving.get(draft) ?? Promise.resolve()).catch(() => {}).then(() => written(draft, always));
  saving.set(draft, kept);
  return kept;
}

/**
 * @param {Phone.Draft} draft
 * @param {boolean} always
 */
async function written(draft, always) {
  const words = wordsOf(draft);
  if (!always && vault.isOpen() && lastKept.get(draft) === words) return;
  draft.revision = await vault.keepNext(name(draft.visit), words, draft.revision);
  lastKept.set(draft, words);
}

/** @param {Phone.Draft} draft */
const wordsOf = ({ revision: _counted, ...words }) => JSON.stringify(words);

/**
 * Whether this is still what is kept: no other tab went on with it.
 * @param {Phone.Draft} draft
 */
export const isNewest = async (draft) => {
  await saving.get(draft)?.catch(() => {});
  return (await vault.revisionOf(name(draft.visit))) === draft.revision;
};

/**
 * @param {string} id
 * @returns {Promise<Phone.Draft | null>}
 */
export async function find(id) {
  const draft = await vault.kept(name(id));
  if (!draft) return null;
  draft.revision ??= 0; // of release 0.1.0
  lastKept.set(draft, wordsOf(draft));
  return draft;
}

/** @returns {Promise<Phone.Draft[]>} */
export const unfinished = async () => Object.values(await vault.keptUnder("draft:"));

/**
 * The programme of a draft. Throws where this person has it no longer.
 * @param {Phone.Draft} draft
 */
export async function programmeOf(draft) {
  const found = (await vault.kept("programmes")).find((one) => one.code === draft.programme);
  if (!found) throw new Error(`no programme ${draft.programme}`);
  return found;
}

/**
 * Whether anybody would miss this draft: it has a word or a photo in it.
 * @param {Phone.Draft} draft
 */
export const begun = (draft) => draft.images.length > 0 || draft.consent !== null || Object.values(draft.facts).some(Boolean);

/**
 * Facts for enrolment, as the server takes them.
 * @param {Phone.Draft} draft
 */
async function enrolment({ facts }) {
  const year = facts.birth_year || (await serverNow()).getFullYear() - Number(facts.age);
  return {
    name: (facts.name ?? "").trim(), sex: facts.sex, birth_year: Number(year),
    phone: (facts.phone ?? "").trim(), local_id: (facts.local_id ?? "").trim(),
  };
}

/** @param {Phone.Shot} shot */
const announced = ({ id, view, capture_class, sha256, bytes, reason, tries, anyway, preview: small }) => ({
  id, view, sha256, bytes, preview: small, ...(capture_class && { capture_class }),
  quality: { verdict: reason ? "bad" : "good", reason: reason ?? "", tries, anyway },
});

/**
 * @param {Phone.Draft} draft
 * @param {boolean} done
 */
async function formOf(draft, done) {
  const visiting = draft.consent?.answer !== "refused";
  const answers = Object.fromEntries(Object.entries(draft.answers).filter(([, value]) => value !== "" && value !== null));
  return {
    version: 1, type: "visit", urgent: draft.urgent ?? false, claimed_at: draft.startedAt, programme: draft.programme,
    ...(draft.site && { site: draft.site }),
    patient: { id: draft.patient.id, ...(!draft.known && { enrol: await enrolment(draft) }) },
    ...(draft.consent && { consent: draft.consent }),
    ...(visiting && {
      encounter: draft.visit, images: draft.images.filter((image) => !done || image.use).map(announced), hand_in: done,
      unobtainable: draft.unobtainable,
      ...(!draft.retake && { answers }),
    }),
  };
}

/**
 * @param {string} kind
 * @param {string} item
 */
async function header(kind, item) {
  return { kind, item, ticket: await vault.kept("ticket") };
}

/**
 * @param {string} kind
 * @param {string} item
 * @param {Uint8Array<ArrayBuffer>} body
 * @param {object} [more]
 */
async function sealed(kind, item, body, more = {}) {
  return seal(await phone("key"), { ...(await header(kind, item)), ...more }, body);
}

/**
 * Seal the form as it stands. Not `done`: a draft that is sent only if nobody finishes it.
 * @param {Phone.Draft} draft
 * @param {boolean} done
 */
async function holdForm(draft, done) {
  const body = utf8(JSON.stringify(await formOf(draft, done)));
  const { id } = await vault.kept("me");
  /** @type {Phone.NewRow} */
  const row = { item: draft.form, kind: "form", visit: draft.visit, author: id, urgent: draft.urgent ?? false, state: "draft", revision: draft.revision };
  await hold(row, await sealed("form", draft.form, body));
}

/**
 * Judge and seal one photo of a view. Gives the shot: { id, view, reason, use, … }; `use` is false while it is only kept
 * in case no better one comes. Raises QuotaExceededError when the phone is full, Stale when another tab went on with the
 * draft: nothing has changed then.
 * @param {Phone.Draft} draft
 * @param {string} view
 * @param {File} file
 * @param {{ judge: string, floor: Phone.Floor | null, fullSize: boolean }} how
 */
export async function addPhoto(draft, view, file, { judge, floor, fullSize }) {
  const { bitmap, bytes } = await opened(file, floor, fullSize);
  const verdict = await verdictOn(bitmap, judge);
  const shot = await shotOf(draft, view, bytes, bitmap, verdict);
  bitmap?.close();
  const photo = await sealed("pixels", shot.id, bytes, {
    encounter: draft.visit, view, ...(shot.capture_class && { capture_class: shot.capture_class }),
  });
  shot.sha256 = photo.sha256;
  const twin = draft.images.find((image) => image.sha256 === photo.sha256);
  if (twin) return { ...shot, twin: twin.view };
  await save(draft, true);
  const { id } = await vault.kept("me");
  await hold({ item: shot.id, kind: "pixels", visit: draft.visit, author: id, urgent: draft.urgent ?? false, state: "draft" }, photo);
  draft.images.push(shot);
  if (shot.reason) draft.tries[view] = shot.tries;
  try {
    await save(draft);
  } catch (error) {
    if (error instanceof Stale) await discard(shot.id); // the draft that goes on knows nothing of it
    throw error;
  }
  await holdForm(draft, false);
  return shot;
}

/**
 * @param {Phone.Draft} draft
 * @param {string} view
 * @param {Uint8Array} bytes
 * @param {ImageBitmap | null} bitmap
 * @param {Quality.Verdict} verdict
 * @returns {Promise<Phone.Shot>}
 */
async function shotOf(draft, view, bytes, bitmap, verdict) {
  const small = await preview(bitmap);
  const reason = verdict.reason ?? null;
  return {
    id: uuid(), view, bytes: bytes.byteLength, reason, use: !reason, anyway: false,
    capture_class: draft.capture_class.code ?? "", tries: (draft.tries[view] ?? 0) + 1, sha256: "",
    preview: small ? base64(small) : null,
  };
}

/**
 * Take a photo that the phone would not: a specialist will see.
 * @param {Phone.Draft} draft
 * @param {string} id
 */
export async function sendAnyway(draft, id) {
  const shot = draft.images.find((image) => image.id === id);
  if (!shot) return;
  Object.assign(shot, { use: true, anyway: true });
  await save(draft);
  await holdForm(draft, false);
}

/**
 * @param {Phone.Draft} draft
 * @param {string} id
 */
export async function removePhoto(draft, id) {
  draft.images = draft.images.filter((image) => image.id !== id);
  await save(draft);
  // A form that announces a photo which will never come would keep the visit waiting for it.
  await discard(id, ...(draft.images.length ? [] : [draft.form]));
  if (draft.images.length) await holdForm(draft, false);
}

/**
 * The views that have neither a usable photo nor an excuse.
 * @param {Phone.Draft} draft
 * @param {string[]} views
 */
export const missing = (draft, views) =>
  views.filter((view) => !draft.unobtainable[view] && !draft.images.some((image) => image.view === view && image.use));

/**
 * Finish: the last form is sealed, everything of the visit waits to be sent, and photos nobody needs are dropped.
 * @param {Phone.Draft} draft
 * @param {Phone.Person} patient
 */
export async function send(draft, patient) {
  await save(draft, true);
  await holdForm(draft, true);
  const spare = draft.images.filter((image) => !image.use).map((image) => image.id);
  await discard(...spare);
  await vault.keep(`sent:${draft.visit}`, { patient, programme: draft.programme, at: Date.now(), pictures: draft.images.length - spare.length });
  await release((row) => row.visit === draft.visit, { urgent: draft.urgent ?? false });
  await vault.drop(name(draft.visit));
}

/**
 * Throw a draft away, its photos too. The screens ask first.
 * @param {Phone.Draft} draft
 */
export async function abandon(draft) {
  const rows = (await items()).filter((row) => row.visit === draft.visit && row.state === "draft");
  await discard(...rows.map((row) => row.item));
  await vault.drop(name(draft.visit));
}

const HOUR = 3_600_000;

/** Throw away what was begun a while ago and never got a word: another tab may be about to write into a fresh one. */
export async function clearBlanks(now = Date.now()) {
  await vault.forgetRevisions(now - 24 * HOUR);
  for (const old of await unfinished()) if (!begun(old) && now - Date.parse(old.startedAt) > HOUR) await abandon(old);
}

/**
 * A small form of its own, doing the task of this id: "did she go?", or the answer to a specialist.
 * @param {object} body
 * @param {string} visit
 * @param {string} task
 */
export async function sendNote(body, visit, task) {
  const item = uuid();
  const { id } = await vault.kept("me");
  /** @type {Phone.NewRow} */
  const row = { item, kind: "form", visit, author: id, urgent: false, state: "draft", task };
  await hold(row, await sealed("form", item, utf8(JSON.stringify({ version: 1, claimed_at: claimed(), ...body }))));
  await release((one) => one.item === item);
}

