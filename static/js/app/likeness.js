// Are these two perhaps one person? Points for what two sets of facts have in common, as on the server
// (screening/rules/likeness.py says what counts, and why). One table of pairs tests both.
import { oneOff } from "./find.js";
import { telephone, words } from "./fold.js";

const ASKED_FROM = 9;
const YEARS = 5;
const MOST = 5; // people asked about
const SUFFIX = 7; // digits two telephones share where one is written without its country or town
const TOLD = ["female", "male"];
const SCRIPTS = ["Latin", "Arabic", "Devanagari", "Cyrillic", "Greek", "Hebrew", "Ethiopic", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil",
  "Telugu", "Kannada", "Malayalam", "Sinhala", "Thai", "Lao", "Myanmar", "Khmer", "Tibetan", "Georgian", "Armenian", "Hangul", "Han", "Hiragana",
  "Katakana"].map((name) => new RegExp(`\\p{Script=${name}}`, "u"));

/** @typedef {{ name: string, sex: string, birth_year: number, phone?: string, site?: string }} Told */

/**
 * Whom to ask about at enrolment, the likest first.
 * @template {Told} Found
 * @param {Told} told
 * @param {Found[]} people
 * @returns {Found[]}
 */
export function similar(told, people) {
  const found = people.map((one) => ({ one, points: likeness(told, one) })).filter(({ points }) => points >= ASKED_FROM);
  return found.sort((a, b) => b.points - a.points).slice(0, MOST).map(({ one }) => one);
}

/**
 * How many points two people have in common; 0 where they are not asked about.
 * @param {Told} one
 * @param {Told} other
 */
export function likeness(one, other) {
  const apart = Math.abs(one.birth_year - other.birth_year);
  const phone = phonePoints(telephone(one.phone), telephone(other.phone));
  const names = namePoints(words(one.name), words(other.name), phone < 3 || apart > 1);
  if (!names || apart > YEARS) return 0;
  const years = [2, 1][apart] ?? -3;
  return Math.max(0, names + years + sexPoints(one.sex, other.sex) + phone + ((one.site ?? "") === (other.site ?? "") ? 1 : 0));
}

/**
 * 0 where they cannot be one. `comparable`: names in two scripts are two names.
 * @param {string[]} one
 * @param {string[]} other
 * @param {boolean} comparable
 */
function namePoints(one, other, comparable) {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (!short.length) return 0;
  const [some, others] = [scripts(short), scripts(long)];
  if (some.length && others.length && !some.some((script) => others.includes(script))) return comparable ? 0 : 3;
  if (short.join("") === long.join("")) return long.length > 1 ? 6 : 5;
  const left = [...long];
  const wanted = short.filter((word) => !taken(left, (one) => one === word));
  if (wanted.some((word) => !taken(left, (near) => oneOff(word, near)))) return 0;
  if (left.length && short.length === 1) return 3 - wanted.length;
  return (short.length > 1 ? 6 : 5) - wanted.length - left.length;
}

/**
 * Whether a word fits; it is then taken out.
 * @param {string[]} left
 * @param {(word: string) => boolean} fits
 */
function taken(left, fits) {
  const at = left.findIndex(fits);
  if (at >= 0) left.splice(at, 1);
  return at >= 0;
}

/** @param {string[]} name */
const scripts = (name) => SCRIPTS.filter((script) => script.test(name.join("")));

/**
 * @param {string} one
 * @param {string} other
 */
function sexPoints(one, other) {
  if (!TOLD.includes(one) || !TOLD.includes(other)) return 0;
  return one === other ? 1 : -3;
}

/**
 * @param {string} one
 * @param {string} other
 */
function phonePoints(one, other) {
  if (!one || !other) return 0;
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return one === other || (short.length >= SUFFIX && long.endsWith(short)) ? 3 : -1;
}
