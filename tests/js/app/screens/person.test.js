import assert from "node:assert/strict";
import test from "node:test";
import "../../alone.js";
import { ages, suits } from "../../../../static/js/app/screens/person.js";

test("a programme says whom it is for", () => {
  assert.equal(ages({ age_min: 18, age_max: null }), "For people of 18 years and over.");
  assert.equal(ages({ age_min: null, age_max: 15 }), "For people up to 15 years.");
  assert.equal(ages({ age_min: 18, age_max: 80 }), "For people of 18 to 80 years.");
});

test("somebody suits a programme from its first year to its last", () => {
  const programme = { age_min: 18, age_max: 80 };
  const fits = (age) => suits(programme, 2026 - age, 2026);
  assert.deepEqual([17, 18, 80, 81].map(fits), [false, true, true, false]);
  assert.equal(suits({ age_min: null, age_max: null }, 1900, 2026), true);
});
