// What makes two spellings one, as the server folds them (screening/rules/folding.py). One table of pairs tests both.

// Accents and points that people leave out. Not the vowel signs and the virama of Indic scripts: those are letters.
const MARKS = new RegExp("[\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8"
  + "\\u06ea-\\u06ed\\u093c\\u0951-\\u0954\\u09bc\\u0a3c\\u0abc\\u0b3c\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]", "gu");
// Apostrophes of any kind, the hamza on the line, the tatweel, and what only steers how letters join.
const SILENT = new RegExp("['`\\u00b4\\u2018\\u2019\\u201b\\u2032\\u02b0-\\u02ff\\uff07\\u0621\\u0640\\u00ad\\u200b-\\u200f\\u2060\\ufeff]", "gu");
/** @type {Record<string, string>} */
const LETTERS = {
  ß: "ss", ı: "i", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ŋ: "n", ς: "σ",
  "\u0671": "\u0627", "\u0649": "\u064a", "\u06cc": "\u064a", "\u0629": "\u0647", "\u06be": "\u0647",
  "\u06c1": "\u0647", "\u06c3": "\u0647", "\u06d5": "\u0647", "\u06a9": "\u0643", "\u0901": "\u0902",
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "gu");
const NASAL = /[\u0919\u091e\u0923\u0928\u092e]\u094d(?=[\u0915-\u0939])/gu;
const BLANKS_AND_DASHES = /[\s\u2010-\u2015\u2212\uff0d_-]+/gu;
const DIALLED = 9; // digits that tell a telephone, whatever stands before them

/**
 * A digit of any script as a keypad has it: digits come in tens, and how many of them stand before it is its value.
 * @param {string} one
 */
function digit(one) {
  if (one >= "0" && one <= "9") return one;
  let value = -1;
  for (let point = one.codePointAt(0) ?? 0; point >= 0 && /\p{Nd}/u.test(String.fromCodePoint(point)); point--) value++;
  return value < 0 ? one : String(value % 10);
}

/** @param {string} text */
const inLatinDigits = (text) => text.replace(/\p{Nd}/gu, digit);

/**
 * The text without what spellings differ in: case, accents, apostrophes, letter forms, the script of its digits.
 * @param {string | undefined} text
 */
export function fold(text) {
  const plain = (text ?? "").normalize("NFKD").toLowerCase().normalize("NFKD").replace(MARKS, "").replace(SILENT, "");
  return inLatinDigits(plain.replace(LETTER, (one) => LETTERS[one]).replace(NASAL, "\u0902")).normalize("NFC");
}

/**
 * The folded words, split at blanks and punctuation, in their order.
 * @param {string | undefined} text
 */
export const words = (text) => fold(text).split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);

/** @param {string | undefined} text */
export const digits = (text) => inLatinDigits(text ?? "").replace(/[^0-9]/g, "");

/**
 * What tells a telephone from another: its last nine digits, or all of a shorter one, without leading zeros.
 * @param {string | undefined} text
 */
export const telephone = (text) => digits(text).slice(-DIALLED).replace(/^0+/, "");

/**
 * A local number without case, blanks and dashes. Leading zeros stay: 042 and 42 may be two cards.
 * @param {string | undefined} text
 */
export const localNumber = (text) => fold(text).replace(BLANKS_AND_DASHES, "");
