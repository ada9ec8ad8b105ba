// IndexedDB as promises. Two databases: what waits, sealed, stays over a sign-out; what can be read is wiped by it.
import { climb, OPEN, OUTBOX, STEPS } from "./versions.js";

export { OPEN, OUTBOX };

/** @type {Map<string, Promise<IDBDatabase>>} */
const opened = new Map();
const hooks = { held: () => {}, leaving: async () => {} };
const PATIENCE = 2_000; // ms: how long another tab may take to let go before the person is told
const LAST_WORDS = 1_000; // ms: how long this tab may take to keep what stands on its screen

/** This phone holds data of a newer app than this one: it may be looked at and not changed. */
export class Newer extends Error {}

/** Somebody kept a newer revision meanwhile: what was to be kept is of an older one, and was not. */
export class Stale extends Error {}

/**
 * @template Answer
 * @param {IDBRequest<Answer>} request
 * @returns {Promise<Answer>}
 */
function ready(request) {
  return new Promise((done, fail) => {
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => fail(request.error));
  });
}

/** @param {string} name */
function database(name) {
  const found = opened.get(name) ?? connect(name);
  opened.set(name, found);
  found.catch(() => opened.delete(name));
  return found;
}

/**
 * `held`: called when another tab keeps a database from being made ready. `leaving`: keeps what stands on this screen
 * before this tab gives way to a newer app.
 * @param {{ held: () => void, leaving: () => Promise<void> }} told
 */
export function giveWay(told) {
  Object.assign(hooks, told);
}

/** @param {string} name */
async function connect(name) {
  const db = await atItsVersion(name);
  const forget = () => opened.delete(name);
  db.addEventListener("versionchange", async ({ newVersion }) => {
    if (newVersion === null) { // it is wiped: a sign-out in another tab
      db.close();
      return forget();
    }
    await Promise.race([hooks.leaving().catch(() => {}), new Promise((done) => setTimeout(done, LAST_WORDS))]);
    db.close();
    location.reload();
  });
  db.addEventListener("close", forget);
  return db;
}

/**
 * The newest version; else, where a step failed or a newer app was here, the database as it stands.
 * @param {string} name
 */
async function atItsVersion(name) {
  try {
    return await upgraded(name);
  } catch (error) {
    console.error(`${name}: ${error}`);
    const request = indexedDB.open(name);
    request.addEventListener("upgradeneeded", () => request.transaction?.abort()); // there was none at all
    return ready(request);
  }
}

/** @param {string} name */
function upgraded(name) {
  const request = indexedDB.open(name, STEPS[name].length);
  let timer = 0;
  request.addEventListener("blocked", () => { timer = window.setTimeout(hooks.held, PATIENCE); });
  request.addEventListener("upgradeneeded", ({ oldVersion }) => {
    clearTimeout(timer);
    const turn = request.transaction;
    if (turn) climb(name, request.result, turn, oldVersion);
    // Pages of release 0.1.0 let go of a database, but do not reload by themselves.
    if (oldVersion) turn?.addEventListener("complete", () => navigator.serviceWorker?.controller?.postMessage("reload the others"));
  });
  return ready(request);
}

/**
 * How this app and what lies on this phone fit: "fit", "behind" (a step to this version failed: what waits can still be
 * sent) or "ahead" (a newer app was here: nothing may be changed).
 * @returns {Promise<"fit" | "behind" | "ahead">}
 */
export async function fitness() {
  const gaps = await Promise.all(Object.keys(STEPS).map(async (name) => (await database(name)).version - STEPS[name].length));
  if (gaps.some((gap) => gap > 0)) return "ahead";
  return gaps.some((gap) => gap < 0) ? "behind" : "fit";
}

/**
 * @typedef {object} Store one object store, within a transaction
 * @property {(key: IDBValidKey) => Promise<any>} get
 * @property {(range?: IDBKeyRange) => Promise<any[]>} all
 * @property {() => Promise<number>} count
 * @property {(row: object) => Promise<IDBValidKey>} add rejects where there is a row of this key
 * @property {(row: object) => Promise<IDBValidKey>} put
 * @property {(key: IDBValidKey) => Promise<void>} delete
 * @property {() => Promise<void>} clear
 */

/**
 * Run `work(stores)` in one transaction over the named stores of a database; all of it happens or nothing.
 * `work` may only wait for requests of these stores. Rejects with the database's error, such as QuotaExceededError, and
 * with Newer where something is to be written into the database of a newer app. `atOnce`: `work` asks everything before it
 * waits, and what it asked is carried out even where the page goes away the next moment.
 * @template Answer
 * @param {string} name
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(stores: Record<string, Store>) => Answer | Promise<Answer>} work
 * @param {{ atOnce?: boolean }} [how]
 * @returns {Promise<Answer>}
 */
export async function together(name, stores, mode, work, { atOnce = false } = {}) {
  const db = await database(name);
  if (mode === "readwrite" && db.version > STEPS[name].length) throw new Newer(name);
  // "strict": the answer comes when the bytes are on the disk, not in a buffer a power cut would lose.
  const turn = db.transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  /** @type {Promise<void>} */
  const finished = new Promise((done, fail) => {
    turn.addEventListener("complete", () => done());
    turn.addEventListener("abort", () => fail(turn.error ?? new DOMException("aborted", "AbortError")));
  });
  finished.catch(() => {});
  const named = Object.fromEntries(stores.map((store) => [store, wrapped(turn.objectStore(store))]));
  let result;
  try {
    const asked = work(named);
    if (atOnce) turn.commit?.();
    result = await asked;
  } catch (error) {
    try { turn.abort(); } catch { /* it has ended already */ }
    throw turn.error ?? error;
  }
  await finished;
  return result;
}

/**
 * @param {IDBObjectStore} store
 * @returns {Store}
 */
function wrapped(store) {
  return {
    get: (key) => ready(store.get(key)),
    all: (range) => ready(store.getAll(range)),
    count: () => ready(store.count()),
    add: (row) => ready(store.add(row)),
    put: (row) => ready(store.put(row)),
    delete: (key) => ready(store.delete(key)),
    clear: () => ready(store.clear()),
  };
}

/**
 * @param {string} name
 * @param {string} store
 * @param {IDBValidKey} key
 */
export function get(name, store, key) {
  return together(name, [store], "readonly", (in_) => in_[store].get(key));
}

/**
 * @param {string} name
 * @param {string} store
 */
export function all(name, store) {
  return together(name, [store], "readonly", (in_) => in_[store].all());
}

/**
 * @param {string} name
 * @param {string} store
 * @param {object} row
 */
export function put(name, store, row) {
  return together(name, [store], "readwrite", (in_) => in_[store].put(row));
}

/**
 * @param {string} name
 * @param {string} store
 * @param {IDBValidKey} key
 */
export function remove(name, store, key) {
  return together(name, [store], "readwrite", (in_) => in_[store].delete(key));
}

/**
 * Empty a database and drop it. Other tabs are told and let go of it.
 * @param {string} name
 */
export async function wipe(name) {
  const db = await database(name);
  await together(name, [...db.objectStoreNames], "readwrite", (in_) => Promise.all(Object.values(in_).map((s) => s.clear())));
  db.close();
  opened.delete(name);
  await new Promise((done) => {
    const request = indexedDB.deleteDatabase(name);
    for (const end of ["success", "error", "blocked"]) request.addEventListener(end, done);
  });
}

/**
 * A setting of this phone: nothing personal.
 * @param {string} name
 */
export async function phone(name) {
  return (await get(OUTBOX, "phone", name))?.value;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function setPhone(name, value) {
  return put(OUTBOX, "phone", { name, value });
}
