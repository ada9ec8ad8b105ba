import assert from "node:assert/strict";
import test from "node:test";
import "../alone.js";
import { inOrder } from "../../../static/js/app/outbox.js";

const row = (item, kind, urgent, at) => ({ item, kind, urgent, at });

test("forms go before pixels, urgent before calm, old before new", () => {
  const rows = [row("d", "pixels", false, 1), row("b", "form", false, 2), row("c", "pixels", true, 9), row("a", "form", true, 5), row("e", "pixels", false, 3)];
  assert.deepEqual(inOrder(rows).map((one) => one.item), ["a", "b", "c", "d", "e"]);
  assert.equal(rows[0].item, "d", "the list itself stays as it was");
});
