import assert from "node:assert/strict";
import test from "node:test";
import { climb, OPEN, OUTBOX, STEPS } from "../../../static/js/app/versions.js";

// A database as far as steps see one: the stores, and rows that a cursor goes through. It has no way to remove anything.
function drawn(rows = {}) {
  const db = { stores: {}, createObjectStore: (name, { keyPath }) => { db.stores[name] = keyPath; } };
  const objectStore = (name) => ({
    openCursor() {
      let at = 0;
      const request = { result: null, addEventListener: (_what, does) => { request.go = does; } };
      const cursor = {
        get value() { return rows[name][at]; },
        update: (row) => { rows[name][at] = row; },
        continue: () => { at += 1; step(); },
      };
      const step = () => { request.result = at < rows[name].length ? cursor : null; request.go(); };
      queueMicrotask(step);
      return request;
    },
  });
  rows.items ??= [];
  return { db, turn: { objectStore }, rows };
}

test("a new phone climbs all the steps", async () => {
  const { db, turn } = drawn();
  climb(OUTBOX, db, turn, 0);
  climb(OPEN, db, turn, 0);
  await null;
  assert.deepEqual(db.stores, {
    items: "item", sealed: "item", receipts: "item", phone: "name", open: "name", keys: "name", revisions: ["draft", "revision"],
  });
});

test("a phone of release 0.1.0 takes only the steps since then, and keeps every row", async () => {
  const { db, turn, rows } = drawn({ items: [{ item: "a", kind: "form", state: "draft" }, { item: "b", kind: "pixels", state: "waiting" }] });
  climb(OUTBOX, db, turn, 1);
  climb(OPEN, db, turn, 1);
  await null;
  assert.deepEqual(Object.keys(db.stores), ["revisions"]);
  assert.deepEqual(rows.items, [{ item: "a", kind: "form", state: "draft", revision: 0 }, { item: "b", kind: "pixels", state: "waiting" }]);
});

test("a phone that is up to date is left alone", () => {
  const { db, turn } = drawn();
  for (const name of [OUTBOX, OPEN]) climb(name, db, turn, STEPS[name].length);
  assert.deepEqual(db.stores, {});
});
