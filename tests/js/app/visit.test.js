import assert from "node:assert/strict";
import test from "node:test";
import "../alone.js";
import { begun, claimed, missing } from "../../../static/js/app/visit.js";

test("the claimed time names the phone's own hour and its offset", () => {
  const now = new Date("2026-11-29T20:30:00Z");
  for (const [minutes, said] of [[0, "2026-11-29T20:30:00+00:00"], [-180, "2026-11-29T23:30:00+03:00"], [210, "2026-11-29T17:00:00-03:30"]]) {
    now.getTimezoneOffset = () => minutes;
    assert.equal(claimed(now), said);
  }
});

test("a view is missing until it has a usable photo or an excuse", () => {
  const draft = { unobtainable: { OS: "cataract" }, images: [{ view: "OD", use: false }] };
  assert.deepEqual(missing(draft, ["OD", "OS"]), ["OD"]);
  draft.images.push({ view: "OD", use: true });
  assert.deepEqual(missing(draft, ["OD", "OS"]), []);
});

test("a draft without a word, a yes or a photo is nobody's loss", () => {
  const blank = { images: [], consent: null, facts: { name: "", sex: "" } };
  assert.equal(begun(blank), false);
  assert.equal(begun({ ...blank, facts: { name: "A" } }), true);
  assert.equal(begun({ ...blank, consent: { answer: "given" } }), true);
});
