// What the signed-in person may read offline, encrypted on this phone under a key only their PIN brings back.
//
// While somebody works, the key lies in the database too, so that a reload asks nothing; the lock takes it away, and
// sign-out takes everything. Records are ciphertext at all times: what a browser leaves behind on a disk says nothing.
import { all, get, OPEN, put, remove, Stale, together, wipe } from "./db.js";
import { utf8 } from "./bytes.js";

const ROUNDS = 210_000; // of PBKDF2: about a second on a cheap phone
const TRIES = 5;
/** @type {CryptoKey | null} */
let key = null;

const AES = "AES-GCM";
/**
 * @param {CryptoKey} secret
 * @param {BufferSource} bytes
 */
const sealWith = async (secret, bytes) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt({ name: AES, iv }, secret, bytes) };
};
/**
 * @param {CryptoKey} secret
 * @param {{ iv: BufferSource, bytes: BufferSource }} sealed
 */
const openWith = (secret, { iv, bytes }) => crypto.subtle.decrypt({ name: AES, iv }, secret, bytes);

/**
 * @param {string} pin
 * @param {BufferSource} salt
 */
async function fromPin(pin, salt) {
  const base = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, base, { name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @param {BufferSource} raw */
async function live(raw) {
  key = await crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);
}

/** "none" (nobody's), "locked" or "open". `owner` is the person's id, `until` when it locks itself (ms). */
export async function standing() {
  const lock = await get(OPEN, "keys", "lock");
  if (!lock) return { state: "none" };
  const held = await get(OPEN, "keys", "live");
  if (held && Date.now() < held.until && Date.now() > held.since - 60_000) {
    key = held.key;
    return { state: "open", owner: lock.owner };
  }
  await lockNow();
  return { state: "locked", owner: lock.owner };
}

/**
 * A new, empty vault for a person, closed with their PIN.
 * @param {string} owner
 * @param {string} pin
 * @param {number} idle seconds
 */
export async function create(owner, pin, idle) {
  await wipe(OPEN);
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const wrapped = await sealWith(await fromPin(pin, salt), raw);
  await live(raw);
  raw.fill(0);
  await put(OPEN, "keys", { name: "lock", owner, salt, wrapped, wrong: 0 });
  await stay(idle);
}

/**
 * Open with the PIN: "open", "wrong" with the tries left, or "gone": too many wrong ones wipe what can be read.
 * @param {string} pin
 * @param {number} idle seconds
 */
export async function unlock(pin, idle) {
  const lock = await get(OPEN, "keys", "lock");
  try {
    await live(await openWith(await fromPin(pin, lock.salt), lock.wrapped));
  } catch {
    const wrong = lock.wrong + 1;
    if (wrong >= TRIES) return { state: "gone" };
    await put(OPEN, "keys", { ...lock, wrong });
    return { state: "wrong", left: TRIES - wrong };
  }
  if (lock.wrong) await put(OPEN, "keys", { ...lock, wrong: 0 });
  await stay(idle);
  return { state: "open" };
}

/**
 * The person is at work: the lock waits so many seconds more.
 * @param {number} idle
 */
export async function stay(idle) {
  if (!key) return;
  const now = Date.now();
  await put(OPEN, "keys", { name: "live", key, since: now, until: now + idle * 1000 });
}

export async function lockNow() {
  key = null;
  await remove(OPEN, "keys", "live");
}

/** Whether records can be read and written now. */
export const isOpen = () => key !== null;

/** Forget everything that can be read, the way in as well. */
export async function forget() {
  key = null;
  await wipe(OPEN);
}

/** Somebody closed the vault meanwhile: nothing can be kept or read until it is opened. */
export class Shut extends Error {}

/**
 * @param {string} name
 * @param {unknown} value
 */
export async function keep(name, value) {
  if (!key) throw new Shut();
  const { iv, bytes } = await sealWith(key, utf8(JSON.stringify(value)));
  await put(OPEN, "open", { name, iv, bytes });
}

/**
 * Keep the next revision of a record. Rejects with Stale when what is kept is not of the revision this one was made
 * from: another tab kept it, or dropped it. Gives the new revision.
 * @param {string} name
 * @param {string} value JSON
 * @param {number} revision of what was read; 0 for a record that is new
 */
export async function keepNext(name, value, revision) {
  if (!key) throw new Shut();
  const { iv, bytes } = await sealWith(key, utf8(value));
  const next = { draft: name, revision: revision + 1, at: Date.now() };
  try {
    await together(OPEN, ["open", "revisions"], "readwrite", ({ open, revisions }) =>
      Promise.all([revisions.add(next), open.put({ name, iv, bytes, revision: next.revision })]), { atOnce: true });
  } catch (error) {
    throw error instanceof DOMException && error.name === "ConstraintError" ? new Stale(name) : error;
  }
  return revision + 1;
}

/**
 * The last revision a record of this name ever had; 0 where there was none.
 * @param {string} name
 * @returns {Promise<number>}
 */
export async function lastRevision(name) {
  const range = IDBKeyRange.bound([name], [name, Infinity]);
  const marks = await together(OPEN, ["revisions"], "readonly", ({ revisions }) => revisions.all(range));
  return marks.at(-1)?.revision ?? 0;
}

/**
 * Forget the marks of records that are gone, once no tab can still hold one of them.
 * @param {number} before ms
 */
export function forgetRevisions(before) {
  return together(OPEN, ["open", "revisions"], "readwrite", async ({ open, revisions }) => {
    const there = new Set((await open.all()).map((row) => row.name));
    const old = (await revisions.all()).filter((mark) => mark.at < before && !there.has(mark.draft));
    await Promise.all(old.map((mark) => revisions.delete([mark.draft, mark.revision])));
  });
}

/**
 * The revision kept of a record; 0 where there is none.
 * @param {string} name
 */
export async function revisionOf(name) {
  return /** @type {number} */ ((await get(OPEN, "open", name))?.revision ?? 0);
}

/** @param {any} row */
async function read(row) {
  if (!key) throw new Shut();
  const value = JSON.parse(new TextDecoder().decode(await openWith(key, row)));
  return row.revision === undefined ? value : { ...value, revision: row.revision };
}

/**
 * What is kept under a name; null where nothing is.
 * @template {string} Name
 * @param {Name} name
 * @returns {Promise<Phone.KeptAs<Name>>}
 */
export async function kept(name) {
  const row = key && (await get(OPEN, "open", name));
  return row && key ? read(row) : /** @type {any} */ (null);
}

/**
 * Every record whose name begins so, by name.
 * @param {string} prefix
 * @returns {Promise<Record<string, any>>}
 */
export async function keptUnder(prefix) {
  const rows = (await all(OPEN, "open")).filter((row) => key && row.name.startsWith(prefix));
  return Object.fromEntries(await Promise.all(rows.map(async (row) => [row.name.slice(prefix.length), await read(row)])));
}

/** @param {...string} names */
export function drop(...names) {
  return together(OPEN, ["open"], "readwrite", ({ open }) => Promise.all(names.map((name) => open.delete(name))));
}
