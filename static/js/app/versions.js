// The phone's databases, version by version. A phone climbs one step after the other, from the version it has to the
// newest, inside one transaction: either every step holds or the database stays as it was, whole.
//
// A step is never changed once it was released, and adds or changes only what it says: nothing of an item that the server
// has not confirmed is ever removed. A new version is one more step at the end.

/** @typedef {(db: IDBDatabase, turn: IDBTransaction) => void} Step */

export const OUTBOX = "fieldlight-outbox";
export const OPEN = "fieldlight-open";

/**
 * `change` every row of a store of which `which` holds.
 * @param {IDBObjectStore} store
 * @param {(row: any) => boolean} which
 * @param {(row: any) => object} change
 */
function eachRow(store, which, change) {
  const rows = store.openCursor();
  rows.addEventListener("success", () => {
    const cursor = rows.result;
    if (!cursor) return;
    if (which(cursor.value)) cursor.update(change(cursor.value));
    cursor.continue();
  });
}

/** @type {Record<string, Step[]>} */
export const STEPS = {
  // What waits, sealed: it stays over a sign-out.
  [OUTBOX]: [
    // 1. items: what waits and where it is; sealed: the envelopes; receipts: what the server has confirmed; phone: settings.
    (db) => {
      for (const store of ["items", "sealed", "receipts"]) db.createObjectStore(store, { keyPath: "item" });
      db.createObjectStore("phone", { keyPath: "name" });
    },
    // 2. A form says of which revision of its draft it was made.
    (_db, turn) => eachRow(turn.objectStore("items"), (row) => row.kind === "form", (row) => ({ ...row, revision: 0 })),
  ],
  // What can be read, under the PIN: a sign-out wipes it.
  [OPEN]: [
    // 1. open: records, encrypted; keys: the way in.
    (db) => {
      for (const store of ["open", "keys"]) db.createObjectStore(store, { keyPath: "name" });
    },
    // 2. revisions: one mark per revision of a draft. Two tabs cannot both make the same one: the second is told apart.
    (db) => { db.createObjectStore("revisions", { keyPath: ["draft", "revision"] }); },
  ],
};

/**
 * Take the steps from one version to the next ones.
 * @param {string} name
 * @param {IDBDatabase} db
 * @param {IDBTransaction} turn
 * @param {number} from
 */
export function climb(name, db, turn, from) {
  for (const step of STEPS[name].slice(from)) step(db, turn);
}
