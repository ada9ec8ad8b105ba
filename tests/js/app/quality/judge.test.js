import assert from "node:assert/strict";
import test from "node:test";
import { judge } from "../../../../static/js/app/quality/judge.js";
import { eye, film, picture } from "./drawn.js";

const reason = (pixels, modality) => judge(pixels, modality).reason;

test("a lit retina with its vessels is fit to send", () => {
  assert.equal(reason(eye(), "fundus"), null);
});

test("what is wrong with a photo of an eye is said", () => {
  assert.equal(reason(eye({ light: 0.12 }), "fundus"), "too_dark");
  assert.equal(reason(eye({ detail: 0 }), "fundus"), "blurred");
  assert.equal(reason(eye({ lid: 0.4 }), "fundus"), "field_cut_off");
  assert.equal(reason(picture(480, 480, () => [252, 252, 252]), "fundus"), "too_bright");
  assert.equal(reason(film(), "fundus"), "not_retina");
});

test("a film is grey and has structure", () => {
  assert.equal(reason(film(), "chest"), null);
  assert.equal(reason(film({ light: 0.2 }), "chest"), "too_dark");
  assert.equal(reason(eye(), "chest"), "not_chest");
  assert.equal(reason(picture(480, 480, () => [120, 120, 120]), "chest"), "not_chest");
});

test("the size that counts is the photo's as it was taken", () => {
  assert.equal(judge(eye(), "fundus", 399).reason, "too_small");
  assert.equal(judge(eye(), "fundus", 400).reason, null);
});

test("another kind of picture is judged by its light alone", () => {
  assert.equal(reason(picture(480, 480, () => [120, 120, 120]), "skin"), null);
  assert.equal(reason(picture(480, 480, () => [5, 5, 5]), "skin"), "too_dark");
});
