import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { asked, matching, oneOff, rankOf } from "../../../static/js/app/find.js";

const searches = JSON.parse(readFileSync(new URL("../../searches.json", import.meta.url), "utf8"));
const VISIT = "a645b818-1111-4222-8333-123456789abc";
const amina = { id: "0f000000-0000-4000-8000-000000000001", name: "Amina", sex: "female", birth_year: 1968, visits: [{ encounter: VISIT }] };

test("a search of the phone finds whom the server finds", () => {
  for (const { typed, rank, ...person } of searches) assert.equal(rankOf({ id: "1", sex: "female", birth_year: 1968, ...person }, typed), rank, `${person.name}: ${typed}`);
});

test("a slip is found by its code", () => {
  for (const typed of [`https://x.org/encounters/${VISIT}/`, VISIT.toUpperCase(), "A645B818", "P-0F000000"]) assert.equal(rankOf(amina, typed), 0, typed);
  assert.equal(rankOf(amina, VISIT.replace("a645", "a646")), null);
  assert.equal(asked(`https://x.org/encounters/${VISIT}/`), VISIT);
  assert.equal(asked("Amina"), "Amina");
});

test("the best come first, and nothing typed leaves everybody in place", () => {
  const people = ["Mario", "Mariam", "Maria"].map((name, n) => ({ ...amina, id: String(n), name }));
  assert.deepEqual(matching(people, "maria").map(({ name }) => name), ["Maria", "Mariam", "Mario"]);
  assert.deepEqual(matching(people, ""), people);
});

test("one letter off is one letter off, and two are not", () => {
  for (const other of ["hasan", "hassann", "hussan", "hassna", "assan"]) assert.ok(oneOff("hassan", other), other);
  for (const other of ["hosson", "asan", "ssahan", "hussein"]) assert.ok(!oneOff("hassan", other), other);
});
