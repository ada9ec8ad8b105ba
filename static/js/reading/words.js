// The viewer's sentences in the reader's language: the page carries them, so that no script holds any.

/** A sentence of the page by its name; {names} in it are filled in. */
export function words(name, values = {}) {
  const said = document.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
  return filled(said, values);
}

/** `{name}` in a text replaced by the value; by nothing where there is none. */
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

/** A number as the reader's language writes it. */
export const number = (value, digits = 1) =>
  new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);
