// Sentences several screens share: sexes, ages, states of what waits.
import { gettext, fill, ngettext, number, size } from "./words.js";

/** @returns {[string, string][]} */
export const sexes = () => [["female", gettext("Female")], ["male", gettext("Male")], ["other", gettext("Other")]];
/** @param {string} code */
export const sexOf = (code) => Object.fromEntries(sexes())[code] ?? "";

/** @param {number} birthYear */
export function age(birthYear, now = new Date()) {
  const n = Math.max(0, now.getFullYear() - birthYear);
  return fill(ngettext("%(n)s year", "%(n)s years", n), { n });
}

/**
 * Where an item is, in words: [tone, icon, words]. `sent`: bytes that went so far, or null.
 * @param {Phone.Row} row
 * @param {number | null} [sent]
 * @returns {Phone.Badge}
 */
export function stateOf(row, sent) {
  if (row.state === "draft") return ["quiet", "pencil", gettext("not handed in yet")];
  if (row.state === "stuck") return ["again", "circle-help", gettext("needs you")];
  if (sent !== null && sent !== undefined) return ["human", "send", sending(row, sent)];
  return ["quiet", "clock", fill(gettext("waiting, %(size)s"), { size: size(row.size) })];
}

/**
 * @param {Phone.Row} row
 * @param {number} sent
 */
function sending(row, sent) {
  const percent = number(Math.floor((100 * sent) / row.size) / 100, { style: "percent" });
  return fill(gettext("sending %(percent)s of %(size)s"), { percent, size: size(row.size) });
}

/**
 * What the server said of an item it has: [tone, icon, words].
 * @param {Phone.Receipt} receipt
 * @returns {Phone.Badge}
 */
export function receiptOf(receipt) {
  if (receipt.state === "refused") return ["again", "circle-help", gettext("received, needs you")];
  if (receipt.state === "shelved") return ["human", "info", gettext("received, kept for an administrator")];
  return ["clear", "circle-check", gettext("received")];
}

/** @param {string} line */
export function lineWords(line) {
  /** @type {Record<string, string>} */
  const words = {
    offline: gettext("No connection. Everything is kept and goes by itself later."),
    signed_out: gettext("Sign in again to send what waits."),
    locked: gettext("Unlock with your password to send what waits."),
    busy: gettext("The server is busy. What waits goes by itself soon."),
  };
  return words[line] ?? "";
}
