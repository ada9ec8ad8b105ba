import assert from "node:assert/strict";
import test from "node:test";
import { judge } from "../../../../static/js/app/quality/judge.js";
import { eye, film, picture } from "./drawn.js";

const reason = (pixels, kind) => judge(pixels, kind).reason;

test("a lit retina with its vessels is fit to send", () => {
  assert.equal(reason(eye(), "eye"), null);
});

test("what is wrong with a photo of an eye is said", () => {
  assert.equal(reason(eye({ light: 0.12 }), "eye"), "too_dark");
  assert.equal(reason(eye({ detail: 0 }), "eye"), "blurred");
  assert.equal(reason(eye({ lid: 0.4 }), "eye"), "field_cut_off");
  assert.equal(reason(picture(480, 480, () => [252, 252, 252]), "eye"), "too_bright");
  assert.equal(reason(film(), "eye"), "not_retina");
});

test("a film is grey and has structure", () => {
  assert.equal(reason(film(), "film"), null);
  assert.equal(reason(film({ light: 0.2 }), "film"), "too_dark");
  assert.equal(reason(eye(), "film"), "not_chest");
  assert.equal(reason(picture(480, 480, () => [120, 120, 120]), "film"), "not_chest");
});

test("the size that counts is the photo's as it was taken", () => {
  assert.equal(judge(eye(), "eye", 399).reason, "too_small");
  assert.equal(judge(eye(), "eye", 400).reason, null);
});

test("another kind of picture is judged by its light alone", () => {
  assert.equal(reason(picture(480, 480, () => [120, 120, 120]), "of the future"), null);
  assert.equal(reason(picture(480, 480, () => [5, 5, 5]), "of the future"), "too_dark");
});
