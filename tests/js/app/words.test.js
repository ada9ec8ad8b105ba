import assert from "node:assert/strict";
import test from "node:test";
import { fill, gettext, latin, ngettext, number, size } from "../../../static/js/app/words.js";

test("without a catalogue the English text stands in, in its right number", () => {
  assert.equal(gettext("Sign in"), "Sign in");
  assert.deepEqual([0, 1, 2].map((n) => ngettext("%(n)s year", "%(n)s years", n)), ["%(n)s years", "%(n)s year", "%(n)s years"]);
});

test("values stand in their places; a place without a value stays to be seen", () => {
  assert.equal(fill("%(n)s of %(all)s at %(site)s", { n: 1200, site: "North" }), "1,200 of %(all)s at North");
});

test("digits of any script are read as computers count", () => {
  assert.equal(latin("٠٧٩٩"), "0799");
  assert.equal(latin("۴۲"), "42");
  assert.equal(latin("१९६८"), "1968");
  assert.equal(latin("KH-0042"), "KH-0042");
});

test("bytes are said as people read them", () => {
  assert.deepEqual([1, 1499, 1_500_000, 2e9].map(size), ["1 KB", "1 KB", "1.5 MB", "2 GB"]);
  assert.equal(number(0.5, { style: "percent" }), "50%");
});
