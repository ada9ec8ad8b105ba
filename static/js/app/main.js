// The field worker's app: who is there, which screen, and what runs beside it.
import { Trouble } from "./api.js";
import { fitness, giveWay, phone, setPhone, Stale } from "./db.js";
import * as deliver from "./deliver.js";
import { h, icon, note, part, shown } from "./dom.js";
import { frame, listen, offerUpdate } from "./frame.js";
import { hear } from "./news.js";
import { goInstead, here } from "./route.js";
import { choosePin, enterPin, welcome } from "./screens/door.js";
import { today } from "./screens/today.js";
import { unfit } from "./screens/unfit.js";
import { waiting } from "./screens/waiting.js";
import { fetched, finishSignOut, idle, keepAll, refresh, signOut } from "./session.js";
import { isFull, persist } from "./storage.js";
import { keepShell } from "./update.js";
import * as vault from "./vault.js";
import { begin, clearBlanks, find, isNewest } from "./visit.js";
import { firstLanguage, gettext, guess, speak } from "./words.js";

// Later screens come from the worker's cache when they are first opened: the first load stays small.
/** @type {Record<string, (draft: Phone.Draft) => Promise<Phone.Screen>>} */
const VISIT = {
  person: async (draft) => (await import("./screens/person.js")).person(draft),
  consent: async (draft) => (await import("./screens/consent.js")).consent(draft),
  questions: async (draft) => (await import("./screens/questions.js")).questions(draft),
  photos: async (draft) => (await import("./screens/photos.js")).photos(draft),
  review: async (draft) => (await import("./screens/review.js")).review(draft),
};
const FIRST_POLL = 15_000;
const LONGEST_POLL = 300_000;
/** @type {Phone.Left} */
let current = {};
/** @type {Phone.Draft | null} */
let visiting = null; // the draft on the screen
let turn = 0;
let poll = FIRST_POLL;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let polling;

/**
 * @param {string[]} address
 * @returns {Promise<Phone.Screen | null>}
 */
async function screenOf([where, id, step]) {
  if (where === "new") return started();
  if (where === "outbox") return waiting();
  if (where === "patient") return (await import("./screens/patient.js")).patient(id);
  if (where === "task") return (await import("./screens/task.js")).task(id);
  if (where !== "visit") return today();
  const draft = await find(id);
  if (!draft) return today();
  visiting = draft;
  if (draft.step !== step && VISIT[step]) draft.step = step;
  return (VISIT[step] ?? VISIT.person)(draft);
}

async function started() {
  await clearBlanks();
  const draft = await begin({});
  goInstead(`#/visit/${draft.visit}/person`);
  return null;
}

/** @returns {Promise<Phone.Screen | null>} */
async function doorOf() {
  const { state } = await vault.standing();
  if (state === "open") return null;
  if (state === "locked") return enterPin(tried, leave);
  if (!(await finishSignOut())) return welcome(true);
  return newcomer();
}

/**
 * Nobody's phone: whoever is signed in at the server may begin here.
 * @returns {Promise<Phone.Screen>}
 */
async function newcomer() {
  try {
    const found = await fetched(false);
    if (!found.me.duties.some((duty) => duty.role === "field_worker")) {
      location.replace("/");
      return welcome(false);
    }
    await setPhone("line", "");
    if (found.me.language && !(await phone("language"))) await speak(found.me.language);
    return choosePin(async (pin) => {
      await vault.create(found.me.id, pin, found.offer.idle_seconds);
      await keepAll(found);
      await persist();
      deliver.soon();
      await render();
    });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.kind === "locked") location.replace("/unlock/?next=/app/");
    return welcome(error.kind !== "signed_out");
  }
}

/** @param {string} pin */
async function tried(pin) {
  const found = await vault.unlock(pin, await idle());
  if (found.state === "gone") await leave();
  if (found.state === "open") {
    await render();
    deliver.soon();
    pullSoon();
  }
  return found;
}

async function leave() {
  await signOut();
  history.replaceState(null, "", "#/");
  await render();
}

async function render({ quiet = false } = {}) {
  const mine = (turn += 1);
  if (vault.isOpen()) await left();
  current = {};
  visiting = null;
  const shut = await doorOf();
  const screen = shut ?? (await screenOf(here()).catch(broken));
  if (mine !== turn || !screen) return;
  await frame(shut ? null : await vault.kept("me"), { render, lock, signOut: leave });
  current = screen;
  show(screen);
  if (quiet) return;
  window.scrollTo(0, 0);
  part("title").focus({ preventScroll: true });
}

// What stands on the screen is kept. Another tab may have gone on with the draft: then theirs counts, and it is said.
async function left() {
  try {
    await current.leave?.();
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
    sayStale();
  }
}

function sayStale() {
  const words = gettext("This visit was changed in another tab: you now see what was kept there.");
  part("messages").replaceChildren(note("again", "info", words));
}

// The draft on the screen is old: nothing of it is kept, and the newer one takes its place.
async function reread() {
  current = {};
  await render();
  sayStale();
}

async function catchUp() {
  if (vault.isOpen() && visiting && !(await isNewest(visiting))) await reread();
}

/** @param {Phone.Screen} screen */
function show({ title, back, before = [], body, plain, hidden }) {
  document.title = `${title} · Fieldlight`;
  part("main").replaceChildren(...shown([
    back && h("a.back", { href: back }, icon("arrow-left"), " ", back === "#/" ? gettext("My patients") : gettext("Back")),
    ...before, h(hidden ? "h1.visually-hidden" : "h1", { id: "title", tabindex: "-1" }, title), ...body,
  ]));
  document.body.classList.toggle("slim", Boolean(plain));
}

/**
 * A screen that fails says so; what was entered and taken is kept all the same.
 * @param {unknown} error
 * @returns {Phone.Screen}
 */
function broken(error) {
  console.error(error);
  return { title: gettext("This could not be shown"), back: "#/", body: [h("p", gettext("What you entered is kept. Go back and try again."))] };
}

async function lock() {
  await left();
  await vault.lockNow();
  await render();
}

// At work: the lock waits. Idle: it closes by itself, in every tab.
function watchIdle() {
  let last = 0;
  const active = async () => {
    if (!vault.isOpen() || Date.now() - last < 20_000) return;
    last = Date.now();
    await vault.stay(await idle());
  };
  for (const what of ["pointerdown", "keydown", "input"]) document.addEventListener(what, active, { passive: true });
  setInterval(async () => {
    if (vault.isOpen() && (await vault.standing()).state !== "open") await render();
  }, 10_000);
}

// Results come by themselves: often after something was sent, then less and less.
function pullSoon() {
  poll = FIRST_POLL;
  clearTimeout(polling);
  polling = setTimeout(pull, 0);
}

async function pull() {
  clearTimeout(polling);
  if (vault.isOpen() && !document.hidden) await refresh().catch(() => {});
  polling = setTimeout(pull, poll);
  poll = Math.min(LONGEST_POLL, poll * 1.6);
}

const lists = () => vault.isOpen() && (here().length === 0 || here()[0] === "patient") && !(/** @type {HTMLInputElement | null} */ (document.getElementById("words"))?.value)
  && !document.querySelector("dialog[open]");

// A field that could not be kept because the phone is full: said at once, before more is typed.
function watchRoom() {
  window.addEventListener("unhandledrejection", (event) => {
    if (event.reason instanceof vault.Shut) return event.preventDefault();
    if (event.reason instanceof Stale) { event.preventDefault(); return void reread(); }
    if (!isFull(event.reason)) return;
    event.preventDefault();
    const words = gettext("This phone is full: what you enter now is not kept. Send what waits or remove other files.");
    part("messages").replaceChildren(note("urgent", "triangle-alert", words));
  });
}

/**
 * The databases of this phone and this app do not fit: said in words, and what can still be sent is sent.
 * @param {"ahead" | "behind"} how
 */
function standStill(how) {
  show(unfit(how));
  if (how === "behind") deliver.start();
  keepShell((take) => take(), { now: true });
}

async function main() {
  giveWay({ held: async () => { await guess(); show(unfit("held")); }, leaving: left });
  const fits = await fitness();
  await speak(await firstLanguage());
  if (fits !== "fit") return standStill(fits);
  listen();
  watchRoom();
  window.addEventListener("hashchange", () => render());
  for (const what of ["signed_out", "handed_over"]) hear(what, () => { current = {}; render(); });
  hear("pulled", () => lists() && quietly());
  hear("delivered", pullSoon);
  for (const what of ["online", "focus"]) window.addEventListener(what, pullSoon);
  window.addEventListener("pagehide", () => current.leave?.());
  document.addEventListener("visibilitychange", () => (document.hidden ? current.leave?.() : back()));
  await render();
  watchIdle();
  deliver.start();
  pullSoon();
  keepShell(offerUpdate);
}

function back() {
  catchUp();
  pullSoon();
}

// New words in a list: drawn again without moving the eye or the focus.
async function quietly() {
  const at = window.scrollY;
  const focused = document.activeElement?.getAttribute("href");
  await render({ quiet: true });
  window.scrollTo(0, at);
  const link = focused && document.querySelector(`main a[href="${CSS.escape(focused)}"]`);
  if (link instanceof HTMLElement) link.focus({ preventScroll: true });
}

main();
