// What waits on this phone, sealed. Rows hold no name and no picture: they may stay when nobody is signed in.
//
// A row: item, kind (form or pixels), visit, author, urgent, state, size, sha256, envelopeSha256, at, sent, url, code,
// for an answer the id of the task it does, and for a visit's form the revision of the draft it was made of.
// State "draft" belongs to a visit still being made; "waiting" goes by itself; "stuck" needs somebody.
import { all, get, OUTBOX, put, Stale, together } from "./db.js";
import { tell } from "./news.js";

const KEPT_RECEIPTS = 500;

/**
 * Keep one sealed item. Rejects when the phone is full (QuotaExceededError), or when the form that is kept was made of a
 * newer revision of the draft (Stale); nothing has changed then.
 * @param {Phone.NewRow} row
 * @param {Phone.Sealed} sealed
 */
export async function hold(row, sealed) {
  const { envelope, sha256, envelopeSha256 } = sealed;
  const whole = { sent: 0, url: null, code: "", ...row, size: envelope.byteLength, sha256, envelopeSha256 };
  await together(OUTBOX, ["items", "sealed"], "readwrite", async ({ items, sealed: envelopes }) => {
    const before = await items.get(row.item);
    if ((before?.revision ?? 0) > (row.revision ?? 0)) throw new Stale(row.item);
    await envelopes.put({ item: row.item, envelope });
    await items.put({ ...whole, at: before?.at ?? Date.now() });
  });
  tell("outbox");
}

/** @returns {Promise<Phone.Row[]>} */
export const items = () => all(OUTBOX, "items");
/** @returns {Promise<Phone.Receipt[]>} */
export const receipts = () => all(OUTBOX, "receipts");

/**
 * @param {string} item
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function envelopeOf(item) {
  return (await get(OUTBOX, "sealed", item))?.envelope;
}

/**
 * @param {string} item
 * @param {Partial<Phone.Row>} facts
 */
export async function mark(item, facts) {
  await together(OUTBOX, ["items"], "readwrite", async ({ items: rows }) => {
    const row = await rows.get(item);
    if (row) await rows.put({ ...row, ...facts });
  });
  tell("outbox");
}

/** @param {...string} gone */
export async function discard(...gone) {
  await together(OUTBOX, ["items", "sealed"], "readwrite", ({ items: rows, sealed }) =>
    Promise.all(gone.flatMap((item) => [rows.delete(item), sealed.delete(item)])));
  tell("outbox");
}

/**
 * Let everything of a visit go: its drafts wait from now on, all at once.
 * @param {(row: Phone.Row) => boolean} belongs
 * @param {Partial<Phone.Row>} [facts]
 */
export async function release(belongs, facts = {}) {
  await together(OUTBOX, ["items"], "readwrite", async ({ items: rows }) => {
    for (const row of await rows.all()) {
      if (row.state === "draft" && belongs(row)) await rows.put({ ...row, state: "waiting", ...facts });
    }
  });
  tell("outbox");
  tell("released");
}

/**
 * The server has it: the digest is equal. Only here an unsent item is deleted.
 * @param {Phone.Row} row
 * @param {Phone.Confirmed} receipt
 */
export async function confirm(row, receipt) {
  const { item, kind, visit, author, size, sha256 } = row;
  const kept = { item, kind, visit, author, size, sha256, at: Date.now(), state: receipt.state, code: receipt.code ?? "" };
  await together(OUTBOX, ["items", "sealed", "receipts"], "readwrite", async (in_) => {
    await Promise.all([in_.items.delete(item), in_.sealed.delete(item), in_.receipts.put(kept)]);
    const old = (await in_.receipts.all()).sort((a, b) => b.at - a.at).slice(KEPT_RECEIPTS);
    await Promise.all(old.map((one) => in_.receipts.delete(one.item)));
  });
  tell("outbox");
}

/** @param {string} item */
export async function noted(item) {
  const receipt = await get(OUTBOX, "receipts", item);
  if (receipt) await put(OUTBOX, "receipts", { ...receipt, noted: true });
  tell("outbox");
}

/**
 * The order of sending: forms with their previews before pixels, urgent before calm, old before new.
 * @param {Phone.Row[]} rows
 */
export function inOrder(rows) {
  /** @param {Phone.Row} row */
  const rank = (row) => [row.kind === "form" ? 0 : 1, row.urgent ? 0 : 1, row.at];
  return [...rows].sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    const at = one.findIndex((value, i) => value !== other[i]);
    return at < 0 ? 0 : one[at] - other[at];
  });
}
