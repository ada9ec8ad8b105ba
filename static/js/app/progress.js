// Where every visit that left the form stands on its way, for lists and counts.
import { hear } from "./news.js";
import { items, receipts } from "./outbox.js";
import { gettext, fill, ngettext } from "./words.js";
import { receiptOf, stateOf } from "./words-of.js";
import * as vault from "./vault.js";

/** @type {Map<string, number>} */
const sent = new Map();
hear("progress", ({ item, sent: bytes }) => (bytes === null ? sent.delete(item) : sent.set(item, bytes)));

/**
 * @param {string} item
 * @returns {number | null}
 */
export const sentOf = (item) => sent.get(item) ?? null;

/**
 * Items and receipts by visit: Map of visit to { items, receipts }.
 * @returns {Promise<Map<string, Phone.OfVisit>>}
 */
export async function byVisit() {
  /** @type {Map<string, Phone.OfVisit>} */
  const found = new Map();
  const of = (/** @type {string} */ visit) => {
    const there = found.get(visit) ?? { items: [], receipts: [] };
    found.set(visit, there);
    return there;
  };
  for (const row of await items()) of(row.visit).items.push(row);
  for (const receipt of await receipts()) of(receipt.visit).receipts.push(receipt);
  return found;
}

/**
 * Visits made on this phone by the person signed in: { visit, patient, at, state: [tone, icon, words] }, newest first.
 * @returns {Promise<Phone.OnItsWay[]>}
 */
export async function waitingVisits() {
  const made = await vault.keptUnder("sent:");
  const found = await byVisit();
  return Object.entries(made)
    .map(([visit, facts]) => ({ visit, ...facts, state: together(found.get(visit) ?? { items: [], receipts: [] }) }))
    .sort((a, b) => b.at - a.at);
}

/**
 * One state for all items of a visit: the one that matters most.
 * @param {Phone.OfVisit} visit
 * @returns {Phone.Badge}
 */
export function together({ items: rows, receipts: confirmed }) {
  const stuck = rows.find((row) => row.state === "stuck");
  if (stuck) return stateOf(stuck, null);
  const moving = rows.find((row) => sentOf(row.item) !== null);
  if (moving) return stateOf(moving, sentOf(moving.item));
  if (rows.length) return ["quiet", "clock", fill(ngettext("%(n)s part waits to be sent", "%(n)s parts wait to be sent", rows.length), { n: rows.length })];
  const refused = confirmed.find((receipt) => receipt.state === "refused" && !receipt.noted);
  if (refused) return receiptOf(refused);
  return ["clear", "circle-check", gettext("received")];
}

/**
 * The tasks nothing on this phone does yet: one that is answered, or photographed again, only waits to be sent.
 * @param {Phone.Task[]} tasks
 */
export async function openTasks(tasks) {
  const rows = (await items()).filter((row) => row.state === "waiting");
  const answered = new Set(rows.map((row) => row.task));
  const visits = new Set(rows.filter((row) => !row.task).map((row) => row.visit));
  return tasks.filter((one) => !answered.has(one.id) && !(["retake", "missing"].includes(one.kind) && visits.has(one.encounter)));
}

/** How many visits of anybody still have something on this phone. */
export async function waitingCount() {
  const rows = (await items()).filter((row) => row.state !== "draft");
  return new Set(rows.map((row) => row.visit)).size;
}
