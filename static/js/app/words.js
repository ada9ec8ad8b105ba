// The words of the screens, in the person's language. The English text is its own key.
import { phone, setPhone } from "./db.js";

/** @type {Record<Phone.Words["plural"], (n: number) => number>} */
const PLURALS = {
  not_one: (n) => (n === 1 ? 0 : 1),
  above_one: (n) => (n > 1 ? 1 : 0),
  arabic: (n) => (n === 0 ? 0 : n === 1 ? 1 : n === 2 ? 2 : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 ? 4 : 5),
};
export const LANGUAGES = ["en", "fr", "es", "hi", "sw", "ar"];
/** @type {Phone.Words} */
let spoken = { language: "en", dir: "ltr", plural: "not_one", digits: "latn", catalog: {} };

/**
 * @param {string} text
 * @returns {string}
 */
export function gettext(text) {
  const found = spoken.catalog[text];
  return (Array.isArray(found) ? found[0] : found) || text;
}

/**
 * A text whose English means two things: `context` says which one (gettext joins the two with an end-of-transmission).
 * @param {string} context
 * @param {string} text
 */
export function pgettext(context, text) {
  const found = gettext(`${context}\u0004${text}`);
  return found.includes("\u0004") ? text : found;
}

/**
 * @param {string} one
 * @param {string} many
 * @param {number} n
 * @returns {string}
 */
export function ngettext(one, many, n) {
  const found = spoken.catalog[one];
  if (Array.isArray(found)) return found[PLURALS[spoken.plural](n)] ?? found[found.length - 1];
  return n === 1 ? one : many;
}

/**
 * `%(name)s` in the text replaced by the values; numbers in the person's own digits.
 * @param {string} text
 * @param {Record<string, string | number | null>} values
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)[sd]/g, (whole, /** @type {string} */ name) => {
    const value = values[name];
    return value === undefined || value === null ? whole : typeof value === "number" ? number(value) : value;
  });
}

const locale = () => `${spoken.language}-u-nu-${spoken.digits}`;
export const language = () => spoken.language;

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function number(value, options) {
  return new Intl.NumberFormat(locale(), options).format(value);
}

/**
 * @param {string | number} when
 * @param {Intl.DateTimeFormatOptions} [style]
 */
export function moment(when, style = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }) {
  return new Intl.DateTimeFormat(`${locale()}-ca-gregory`, style).format(new Date(when));
}

const ZEROS = [0x660, 0x6f0, 0x966]; // Arabic, Persian and Urdu, Devanagari

/**
 * Words that came with numbers in them, in the person's own digits. Never for a telephone number or an id.
 * @param {string | undefined} words
 */
export function local(words) {
  return spoken.digits === "arab" ? words?.replace(/[0-9]/g, (one) => String.fromCodePoint(ZEROS[0] + Number(one))) : words;
}

/**
 * What was typed, its digits as computers count.
 * @param {string} typed
 */
export function latin(typed) {
  return typed.replace(/\p{Nd}/gu, (one) => {
    const point = one.codePointAt(0) ?? 0;
    const zero = ZEROS.find((start) => point >= start && point < start + 10);
    return zero === undefined ? one : String(point - zero);
  });
}

/**
 * Bytes as people read them.
 * @param {number} bytes
 */
export function size(bytes) {
  if (bytes < 1e6) return fill(gettext("%(n)s KB"), { n: Math.max(1, Math.round(bytes / 1000)) });
  if (bytes < 1e9) return fill(gettext("%(n)s MB"), { n: number(bytes / 1e6, { maximumFractionDigits: 1 }) });
  return fill(gettext("%(n)s GB"), { n: number(bytes / 1e9, { maximumFractionDigits: 1 }) });
}

/**
 * Which language to begin with: chosen on this phone, else the browser's.
 * @returns {Promise<string>}
 */
export async function firstLanguage() {
  return (await phone("language")) ?? browsers();
}

const browsers = () => navigator.languages.map((one) => one.slice(0, 2)).find((one) => LANGUAGES.includes(one)) ?? "en";

/** The browser's language from the server, while what was chosen on this phone cannot be read; English without a line. */
export async function guess() {
  const answer = await fetch(`/strings/${browsers()}.json`).catch(() => null);
  if (answer?.ok) use(await answer.json());
  turnPage();
}

/**
 * Speak a language: from this phone at once if it was spoken before, else from the server; English without either.
 * @param {string} chosen
 */
export async function speak(chosen) {
  const stored = await phone(`words-${chosen}`);
  if (stored) use(stored);
  const fresh = fetched(chosen);
  if (!stored) await fresh;
  turnPage();
}

function turnPage() {
  document.documentElement.lang = spoken.language;
  document.documentElement.dir = spoken.dir;
}

/** @param {Phone.Words} words */
function use(words) {
  spoken = { ...spoken, ...words };
}

/** @param {string} chosen */
async function fetched(chosen) {
  try {
    const answer = await fetch(`/strings/${chosen}.json`);
    if (!answer.ok) return;
    const words = await answer.json();
    if (spoken.language !== words.language) use(words);
    await setPhone(`words-${chosen}`, words);
  } catch {
    // Offline, and this language was never spoken here: the English texts stand in.
  }
}
