import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as fold from "../../../static/js/app/fold.js";

const told = JSON.parse(readFileSync(new URL("../../folding.json", import.meta.url), "utf8"));
const WAYS = { words: fold.words, telephone: fold.telephone, local_number: fold.localNumber };

for (const [what, folded] of Object.entries(WAYS)) {
  test(`${what}: two spellings are one, and two that are two stay two`, () => {
    for (const [one, other] of told[`same_${what}`]) assert.deepEqual(folded(one), folded(other), `${one} ${other}`);
    for (const [one, other] of told[`other_${what}`]) assert.notDeepEqual(folded(one), folded(other), `${one} ${other}`);
  });
}

test("words are split at blanks and punctuation", () => {
  for (const [text, words] of told.words) assert.deepEqual(fold.words(text), words);
});

test("what both sides fold to is the same text", () => {
  for (const [text, folded] of told.folded) assert.equal(fold.fold(text), folded, text);
});
