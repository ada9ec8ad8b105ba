// This app and what lies on the phone do not fit: said in words. Nothing is lost by it, and nothing is changed from here.
import { button, h } from "../dom.js";
import { gettext } from "../words.js";

/** @typedef {"ahead" | "behind" | "held"} Unfit a newer app was here; a step to this version failed; another tab is in the way */

/**
 * @param {Unfit} how
 * @returns {Phone.Screen}
 */
export function unfit(how) {
  const { title, words } = {
    ahead: { title: gettext("Update the app"), words: gettext("This phone holds data of a newer version of Fieldlight. Everything is kept. Update the app to go on.") },
    behind: { title: gettext("Reload the app"), words: gettext("This phone could not be made ready for this version of Fieldlight. Everything is kept, and what waits is sent. Reload the app; if this stays, show it to your supervisor.") },
    held: { title: gettext("Close the other tabs"), words: gettext("Fieldlight is open in another tab with an older version. Close it to go on here. Everything is kept.") },
  }[how];
  return { title, plain: true, body: [h("p", words), button(gettext("Reload"), () => location.reload(), { kind: "big.full", symbol: "refresh-cw" })] };
}
