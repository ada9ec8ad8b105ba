// The search of the phone's own list, by the server's rules (screening/rules/search_keys.py). One table of searches tests both.
import { digits, localNumber, telephone, words } from "./fold.js";

const SHORT = 3; // letters: written together with its neighbour or not
const TOLERANT = 4; // letters from which one may be wrong
const BEGUN = 8; // letters of a beginning that are compared
const MISSING = 3; // places of a local number that may still be typed
const WHOLE = 9; // digits of a telephone
const ADDRESS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const CODE = /^(?:p-)?([0-9a-f]{8})$/i;
const FAR = 3;

/** @typedef {Phone.Person & { visits?: { encounter: string }[] }} Findable */

/**
 * Whom every word typed is told of, the best first; everybody, as they were, where nothing is typed.
 * @template {Findable} Found
 * @param {Found[]} people
 * @param {string} typed
 * @returns {Found[]}
 */
export function matching(people, typed) {
  const ranked = people.map((one) => ({ one, rank: rankOf(one, typed) })).filter(({ rank }) => rank !== null);
  return ranked.sort((a, b) => Number(a.rank) - Number(b.rank)).map(({ one }) => one);
}

/**
 * The id in what a slip's code holds, or what was typed.
 * @param {string} typed
 */
export const asked = (typed) => ADDRESS.exec(typed)?.[0] ?? typed;

/**
 * How far somebody is from what was typed, 0 the nearest; null: somebody else.
 * @param {Findable} person
 * @param {string} typed
 * @returns {number | null}
 */
export function rankOf(person, typed) {
  const address = ADDRESS.exec(typed)?.[0];
  if (address) return isOf(person, address) ? 0 : null;
  const code = CODE.exec(typed.trim())?.[1];
  if (code && isOf(person, code)) return 0;
  const asks = terms(typed);
  const known = facts(person);
  const ranks = asks.map((ask) => nearest(known, ask));
  return ranks.includes(FAR) ? null : ranks.reduce((sum, rank) => sum + rank, 0);
}

/**
 * @param {Findable} person
 * @param {string} code
 */
const isOf = ({ id, visits }, code) => [id, ...(visits ?? []).map((visit) => visit.encounter)].some((one) => one?.startsWith(code.toLowerCase()));

/** @typedef {{ named: string[], numbers: string[], card: string, phone: string }} Known */

/**
 * @param {Findable} person
 * @returns {Known}
 */
function facts({ name, local_id, phone }) {
  const named = words(name);
  const all = [...named, ...together(named)];
  return { named: all, numbers: words(local_id).filter((word) => /[0-9]/.test(word)), card: localNumber(local_id), phone: telephone(phone) };
}

/** @typedef {{ words: string[], cards: string[], number: string }} Ask one typed word: as it is, with its neighbour, as a card or telephone */

/**
 * @param {string} typed
 * @returns {Ask[]}
 */
function terms(typed) {
  const tokens = typed.split(/\s+/).filter(Boolean);
  const parts = tokens.flatMap((token, n) => words(token).map((word) => ({
    word, cards: [token, (tokens[n - 1] ?? "") + token, token + (tokens[n + 1] ?? "")].map(localNumber).filter(Boolean),
  }))).slice(0, 12);
  const plain = parts.map(({ word }) => word);
  const asks = parts.map(({ word, cards }, n) => ({
    words: [word, ...together(plain.slice(Math.max(0, n - 1), n + 1)), ...together(plain.slice(n, n + 2))],
    cards, number: isNumber(word) ? telephone(groupAt(plain, n)) : "",
  }));
  // A single letter is a word that is just being typed, or an initial: it narrows nothing.
  return asks.filter((_ask, n) => plain[n].length > 1 || isNumber(plain[n]));
}

/** @param {string} word */
const isNumber = (word) => word !== "" && digits(word) === word;

/**
 * The numbers typed beside one another, as people write a telephone in groups.
 * @param {string[]} typed
 * @param {number} at
 */
function groupAt(typed, at) {
  let from = at;
  let to = at + 1;
  while (from > 0 && isNumber(typed[from - 1])) from--;
  while (to < typed.length && isNumber(typed[to])) to++;
  return typed.slice(from, to).join("");
}

/**
 * Neighbours as one word, where one of them is short: al hassan, alhassan.
 * @param {string[]} words
 */
const together = (words) => words.slice(1).flatMap((word, n) => (Math.min(word.length, words[n].length) <= SHORT ? [words[n] + word] : []));

/**
 * @param {Known} known
 * @param {Ask} ask
 * @returns {number}
 */
function nearest({ named, numbers, card, phone }, ask) {
  if (ask.words.some((word) => named.includes(word) || numbers.includes(word)) || (card && ask.cards.includes(card)) || sameNumber(phone, ask.number)) return 0;
  if (ask.words.some((word) => named.some((one) => begins(one, word)) || numbers.some((one) => nearly(one, word)))) return 1;
  if (ask.cards.some((one) => nearly(card, one)) || begunNumber(phone, ask.number)) return 1;
  return ask.words.some((word) => named.some((one) => oneOff(one, word))) ? 2 : FAR;
}

/**
 * @param {string} word
 * @param {string} typed
 */
const begins = (word, typed) => typed.length > 1 && word.length > Math.min(BEGUN, typed.length) && word.startsWith(typed.slice(0, BEGUN));

/**
 * A number without up to three of its last places: with more, what all cards of a place begin with would find all.
 * @param {string} number
 * @param {string} typed
 */
const nearly = (number, typed) => typed.length > 1 && typed.length < number.length && number.length - typed.length <= MISSING && number.startsWith(typed);

/**
 * @param {string} phone
 * @param {string} typed
 */
const sameNumber = (phone, typed) => phone !== "" && typed.length > 3
  && (phone === typed || (typed.length === WHOLE && (phone === typed.slice(-8) || phone === typed.slice(-7))));

/**
 * @param {string} phone
 * @param {string} typed
 */
const begunNumber = (phone, typed) => (typed.length > 3 && typed.length < WHOLE && phone.startsWith(typed))
  || ([4, 8].includes(typed.length) && phone.endsWith(typed));

/**
 * Whether two words differ in one letter: wrong, missing, too many, or two exchanged. Never for a number or a short word.
 * @param {string} one
 * @param {string} other
 */
export function oneOff(one, other) {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (long.length < TOLERANT || long.length - short.length > 1 || /[0-9]/.test(short + long)) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  const exchanged = short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2);
  return exchanged || short.slice(at + 1) === long.slice(at + 1);
}
