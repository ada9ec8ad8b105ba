// The way from the outbox to the server: one tab at a time, forms first, until everything is confirmed.
import { ask, freshToken, Trouble } from "./api.js";
import { phone, setPhone } from "./db.js";
import { hear, tell } from "./news.js";
import { confirm, envelopeOf, inOrder, items, mark } from "./outbox.js";
import { upload } from "./upload.js";

const SOON = 2_000;
const LONGEST = 300_000;
const SEALED = "application/vnd.fieldlight.sealed";
let wait = SOON;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Try now, and then again with growing pauses while something waits. */
export function start() {
  for (const what of ["online", "focus"]) window.addEventListener(what, soon);
  document.addEventListener("visibilitychange", () => document.hidden || soon());
  hear("released", soon);
  soon();
}

export function soon() {
  wait = SOON;
  again(0);
}

/** @param {number} pause */
function again(pause) {
  clearTimeout(timer);
  timer = setTimeout(flush, pause);
}

async function flush() {
  const found = await alone(round).catch((error) => (error instanceof Trouble ? error : new Trouble("busy", { words: String(error) })));
  if (found === "elsewhere") return again(LONGEST);
  await line(found);
  const left = await waiting();
  if (!left.length && !(found instanceof Trouble)) return;
  again(found instanceof Trouble && found.after ? found.after * 1000 : wait);
  wait = Math.min(LONGEST, wait * 2);
}

/**
 * Two tabs never send the same thing at once. A browser without locks sends anyway: the server takes it once.
 * @template Answer
 * @param {() => Promise<Answer>} work
 * @returns {Promise<Answer | "elsewhere">}
 */
function alone(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request("fieldlight-deliver", { ifAvailable: true }, (lock) => (lock ? work() : "elsewhere"));
}

async function waiting() {
  return (await items()).filter((row) => row.state === "waiting");
}

async function round() {
  // Somebody signed out without a line: nothing goes in their name before the server knows it too.
  if (await phone("signing_out")) return null;
  if (!(await waiting()).length) return null;
  const token = await freshToken();
  const tried = new Set();
  for (;;) {
    const next = inOrder((await waiting()).filter((row) => !tried.has(row.item)))[0];
    if (!next) return null;
    tried.add(next.item);
    await one(next, token);
  }
}

/**
 * @param {Phone.Row} row
 * @param {string} token
 */
async function one(row, token) {
  await line(null);
  try {
    const receipt = row.kind === "form" ? await form(row) : await pixels(row, token);
    if (receipt.kept && receipt.sha256 === row.sha256) return await settle(row, receipt);
    await mark(row.item, { code: receipt.code });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.kind === "refused") return void (await mark(row.item, { state: "stuck", code: error.code, url: null }));
    if (error.code === "gone") return void (await mark(row.item, { url: null }));
    throw error;
  } finally {
    tell("progress", { item: row.item, sent: null });
  }
}

/**
 * @param {Phone.Row} row
 * @param {Phone.Confirmed} receipt
 */
async function settle(row, receipt) {
  await confirm(row, receipt);
  wait = SOON;
  tell("delivered", { item: row.item, visit: row.visit, state: receipt.state });
}

/**
 * @param {Phone.Row} row
 * @returns {Promise<Phone.Confirmed>}
 */
async function form(row) {
  const body = new Uint8Array(await envelopeOf(row.item));
  tell("progress", { item: row.item, sent: 0 });
  return ask(`sealed/${row.item}`, { method: "PUT", body, type: SEALED, background: true, patience: 180_000 });
}

/**
 * @param {Phone.Row} row
 * @param {string} token
 * @returns {Promise<Phone.Confirmed>}
 */
async function pixels(row, token) {
  await upload(row, await envelopeOf(row.item), token, {
    url: (url) => mark(row.item, { url }),
    sent: (sent) => tell("progress", { item: row.item, sent }),
  });
  return ask(`sealed/${row.item}?envelope=${row.envelopeSha256}`, { background: true });
}

/**
 * How the line is: "" (fine), offline, signed_out, locked, busy.
 * @param {Trouble | null} found
 */
async function line(found) {
  const now = found instanceof Trouble ? found.kind : "";
  if ((await phone("line")) === now) return;
  await setPhone("line", now);
  tell("line", now);
}
