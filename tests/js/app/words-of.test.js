import assert from "node:assert/strict";
import test from "node:test";
import { age, lineWords, receiptOf, stateOf } from "../../../static/js/app/words-of.js";

test("where an item is: made, waiting, on its way, stuck, received", () => {
  const row = { state: "waiting", size: 250_000 };
  assert.deepEqual(stateOf({ ...row, state: "draft" }, null), ["quiet", "pencil", "not handed in yet"]);
  assert.equal(stateOf(row, null)[2], "waiting, 250 KB");
  assert.equal(stateOf(row, 125_000)[2], "sending 50% of 250 KB");
  assert.equal(stateOf(row, 0)[2], "sending 0% of 250 KB");
  assert.equal(stateOf({ ...row, state: "stuck" }, 10)[2], "needs you");
  assert.equal(receiptOf({ state: "done" })[2], "received");
  assert.notEqual(receiptOf({ state: "refused" })[0], receiptOf({ state: "done" })[0]);
});

test("a line that is fine needs no words", () => {
  assert.equal(lineWords(""), "");
  assert.match(lineWords("offline"), /No connection/);
});

test("nobody is younger than nothing", () => {
  assert.equal(age(2030, new Date("2026-01-01")), "0 years");
  assert.equal(age(1965, new Date("2026-06-01")), "61 years");
});
