// IndexedDB as promises. Two databases: what waits, sealed, stays over a sign-out; what can be read is wiped by it.

const STORES = {
  // items: what waits and where it is; sealed: the envelopes; receipts: what the server has confirmed; phone: settings.
  "fieldlight-outbox": { items: "item", sealed: "item", receipts: "item", phone: "name" },
  "fieldlight-open": { open: "name", keys: "name" },
};
const opened = new Map();

function ready(request) {
  return new Promise((done, fail) => {
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => fail(request.error));
  });
}

function database(name) {
  if (!opened.has(name)) opened.set(name, connect(name));
  return opened.get(name);
}

async function connect(name) {
  const request = indexedDB.open(name, 1);
  request.addEventListener("upgradeneeded", () => {
    for (const [store, key] of Object.entries(STORES[name])) request.result.createObjectStore(store, { keyPath: key });
  });
  const db = await ready(request);
  const forget = () => opened.delete(name);
  db.addEventListener("versionchange", () => { db.close(); forget(); });
  db.addEventListener("close", forget);
  return db;
}

/**
 * Run `work(stores)` in one transaction over the named stores of a database; all of it happens or nothing.
 * `work` may only wait for requests of these stores. Rejects with the database's error, such as QuotaExceededError.
 */
export async function together(name, stores, mode, work) {
  const db = await database(name);
  // "strict": the answer comes when the bytes are on the disk, not in a buffer a power cut would lose.
  const turn = db.transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const finished = new Promise((done, fail) => {
    turn.addEventListener("complete", done);
    turn.addEventListener("abort", () => fail(turn.error ?? new DOMException("aborted", "AbortError")));
  });
  finished.catch(() => {});
  const named = Object.fromEntries(stores.map((store) => [store, wrapped(turn.objectStore(store))]));
  let result;
  try {
    result = await work(named);
  } catch (error) {
    try { turn.abort(); } catch { /* it has ended already */ }
    throw turn.error ?? error;
  }
  await finished;
  return result;
}

function wrapped(store) {
  return {
    get: (key) => ready(store.get(key)),
    all: () => ready(store.getAll()),
    count: () => ready(store.count()),
    put: (row) => ready(store.put(row)),
    delete: (key) => ready(store.delete(key)),
    clear: () => ready(store.clear()),
  };
}

export const OUTBOX = "fieldlight-outbox";
export const OPEN = "fieldlight-open";

export function get(name, store, key) {
  return together(name, [store], "readonly", (in_) => in_[store].get(key));
}

export function all(name, store) {
  return together(name, [store], "readonly", (in_) => in_[store].all());
}

export function put(name, store, row) {
  return together(name, [store], "readwrite", (in_) => in_[store].put(row));
}

export function remove(name, store, key) {
  return together(name, [store], "readwrite", (in_) => in_[store].delete(key));
}

/** Empty a database and drop it. Other tabs are told and let go of it. */
export async function wipe(name) {
  await together(name, Object.keys(STORES[name]), "readwrite", (in_) => Promise.all(Object.values(in_).map((s) => s.clear())));
  (await database(name)).close();
  opened.delete(name);
  await new Promise((done) => {
    const request = indexedDB.deleteDatabase(name);
    for (const end of ["success", "error", "blocked"]) request.addEventListener(end, done);
  });
}

/** A setting of this phone: nothing personal. */
export async function phone(name) {
  return (await get(OUTBOX, "phone", name))?.value;
}

export function setPhone(name, value) {
  return put(OUTBOX, "phone", { name, value });
}
