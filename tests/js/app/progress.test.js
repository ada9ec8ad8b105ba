import assert from "node:assert/strict";
import test from "node:test";
import "../alone.js";
import { tell } from "../../../static/js/app/news.js";
import { sentOf, together } from "../../../static/js/app/progress.js";

const row = (item, state = "waiting") => ({ item, state, size: 1000 });
const words = (items, receipts = []) => together({ items, receipts })[2];

test("a visit says what matters most of its parts", () => {
  assert.equal(words([row("a"), row("b")]), "2 parts wait to be sent");
  assert.equal(words([row("a"), row("b", "stuck")]), "needs you");
  assert.equal(words([]), "received");
  assert.equal(words([], [{ state: "refused" }]), "received, needs you");
  assert.equal(words([], [{ state: "refused", noted: true }]), "received");
});

test("what is on its way is told until it has arrived", () => {
  tell("progress", { item: "a", sent: 500 });
  assert.equal(sentOf("a"), 500);
  assert.match(words([row("b"), row("a")]), /^sending 50%/);
  tell("progress", { item: "a", sent: null });
  assert.equal(sentOf("a"), null);
  assert.equal(words([row("b"), row("a")]), "2 parts wait to be sent");
});
