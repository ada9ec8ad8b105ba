// The viewer's sentences in the reader's language: the page carries them, so that no script holds any.

/** @typedef {Record<string, string | number | null | undefined>} Values */

/**
 * A sentence of the page by its name; {names} in it are filled in.
 * @param {string} name
 * @param {Values} [values]
 */
export const words = (name, values = {}) => filled(document.querySelector(`[data-word="${name}"]`)?.textContent ?? "", values);

/**
 * `{name}` in a text replaced by the value; by nothing where there is none.
 * @param {string} text
 * @param {Values} values
 */
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));

/** A number as the reader's language writes it. @param {number} value */
export const number = (value, digits = 1) =>
  new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);
