import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = { documentElement: { lang: "en" } };
const { isPair, lookOf, sideOf, stopped, titleOf, viewOf } = await import("../../../static/js/app/declared.js");

const EARS = {
  modality: "otoscopy",
  shown: [{ code: "AD", name: "right ear", short: "Right", side: "R" }, { code: "AS", name: "left ear", short: "Left", side: "L" }],
  look: { judge: "light", figure: "", frame: "round", aim: "Pull the ear back.", twin: "This is the other ear." },
  turned_down: [{ code: "blurred", text: "it is blurred", advice: "Hold still." }, { code: "ungradable", text: "it is not clear", advice: "Again." }],
};

test("what a programme declares is what is said, whatever organ it is of", () => {
  assert.equal(viewOf(EARS, "AD"), "right ear");
  assert.equal(titleOf(EARS, "AS"), "Left ear");
  assert.equal(sideOf(EARS, "AS"), "L");
  assert.ok(isPair(EARS, ["AD", "AS"]) && !isPair(EARS, ["AD"]));
  assert.deepEqual(lookOf(EARS), EARS.look);
  assert.deepEqual(stopped(EARS, "blurred"), ["It is blurred", "Hold still."]);
  assert.deepEqual(stopped(EARS, "of the future"), ["It is not clear", "Again."]);
});

test("a programme kept by the release before says none of it, and its visits go on", () => {
  const eye = { modality: "fundus", views: ["OD", "OS"] };
  assert.equal(titleOf(eye, "OD"), "Right eye (OD)");
  assert.ok(isPair(eye, eye.views));
  const { judge, figure, frame } = lookOf(eye);
  assert.deepEqual([judge, figure, frame], ["eye", "eyes", "round"]);
  const film = { modality: "chest", views: ["CXR"] };
  assert.equal(titleOf(film, "CXR"), "Chest film");
  assert.ok(!isPair(film, film.views));
  assert.deepEqual([lookOf(film).judge, lookOf(film).frame], ["film", "square"]);
  for (const code of ["not_retina", "not_chest", "blurred", "too_dark", "too_bright", "glare", "field_cut_off", "too_small", "of the future"]) {
    for (const programme of [eye, film]) assert.ok(stopped(programme, code).every(Boolean), code);
  }
  assert.ok(lookOf(eye).twin);
});
