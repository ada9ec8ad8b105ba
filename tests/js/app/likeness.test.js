import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { likeness, similar } from "../../../static/js/app/likeness.js";

const pairs = JSON.parse(readFileSync(new URL("../../likeness.json", import.meta.url), "utf8"));

test("two people have the points that the server counts, whoever is asked first", () => {
  for (const { why, points, one, other } of pairs) assert.deepEqual([likeness(one, other), likeness(other, one)], [points, points], why);
});

test("five are asked about at most, the likest first", () => {
  const told = pairs[0].one;
  const people = [1971, 1969, 1968, 1967, 1968, 1968, 1968].map((birth_year) => ({ ...told, birth_year }));
  assert.deepEqual(similar(told, people).map((one) => one.birth_year), [1968, 1968, 1968, 1968, 1969]);
});
