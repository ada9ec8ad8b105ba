// What stands around every screen: the bar, how the line is, the menu, and what has just been said.
import { bdi, button, h, icon, part } from "./dom.js";
import { phone, setPhone } from "./db.js";
import { hear } from "./news.js";
import { items } from "./outbox.js";
import { confirm } from "./parts.js";
import { LANGUAGES, fill, gettext, language, ngettext, number, speak } from "./words.js";
import { door } from "./screens/waiting.js";
import { lineWords } from "./words-of.js";

/**
 * Draw the bar and the menu. `acts`: { render, lock, signOut }; `me`: the person at work, or null.
 * @param {Phone.Me | null} me
 * @param {Phone.Acts} acts
 */
export async function frame(me, acts) {
  const skip = document.querySelector(".skip");
  if (skip) skip.textContent = gettext("Skip to the content");
  const demo = document.getElementById("demo");
  if (demo) demo.textContent = gettext("Demonstration: no real patients");
  part("bar").replaceChildren(brand(), h("span.bar-state", { id: "state" }), menu(me, acts));
  part("line").replaceChildren();
  if (me) await line();
}

function brand() {
  return h("a.brand", { href: "#/" }, h("img", { src: document.documentElement.dataset.mark, alt: "", width: "28", height: "28" }), " ", h("span", "Fieldlight"));
}

/**
 * @param {Phone.Me | null} me
 * @param {Phone.Acts} acts
 */
function menu(me, { render, lock, signOut }) {
  const close = () => { box.open = false; };
  /** @type {(words: string, symbol: string, does: () => unknown) => HTMLElement} */
  const entry = (words, symbol, does) => h("button.menu-line", { type: "button", onclick: () => { close(); does(); } }, icon(symbol), " ", words);
  /** @type {(words: string, symbol: string, to: string) => HTMLElement} */
  const place = (words, symbol, to) => h("a.menu-line", { href: to, onclick: close }, icon(symbol), " ", words);
  const box = h("details.menu",
    h("summary", icon(me ? "menu" : "languages"), " ", h("span.menu-word", me ? gettext("Menu") : gettext("Language"))),
    h("div.menu-body",
      me && h("p.who", bdi(me.name)),
      me && h("nav", { "aria-label": gettext("Pages") },
        place(gettext("My patients"), "users-round", "#/"), place(gettext("What waits on this phone"), "send", "#/outbox"),
        place(gettext("Pages that need a connection"), "eye", "/patients/")),
      languages(render),
      me && [entry(gettext("Lock"), "lock", lock), entry(gettext("Sign out"), "log-out", () => leaving(signOut))],
      h("p.soft.small.foot", bdi(`Fieldlight ${document.documentElement.dataset.version}`))));
  return box;
}

/** @param {() => void} render */
function languages(render) {
  /** @param {string} code */
  const own = (code) => new Intl.DisplayNames([code], { type: "language" }).of(code);
  /** @param {string} code */
  const pick = (code) => async () => { await setPhone("language", code); await speak(code); render(); };
  return h("div.languages", { role: "group", "aria-label": gettext("Language") }, LANGUAGES.map((code) =>
    h("button", { type: "button", lang: code, onclick: pick(code), "aria-current": code === language() ? "true" : null }, bdi(own(code)))));
}

/** @param {() => Promise<void>} signOut */
async function leaving(signOut) {
  const yes = await confirm(gettext("Sign out? What waits stays on this phone, sealed, and is sent later. What can be read is wiped."), gettext("Sign out"));
  if (yes) await signOut();
}

/** One line of words under the bar when the line is not fine; a count beside the brand while something waits. */
export async function line() {
  const state = document.getElementById("state");
  if (!state) return;
  const rows = (await items()).filter((row) => row.state !== "draft");
  const stuck = rows.some((row) => row.state === "stuck");
  const visits = new Set(rows.map((row) => row.visit)).size;
  const words = fill(ngettext("%(n)s visit waits to be sent.", "%(n)s visits wait to be sent.", visits), { n: visits });
  state.replaceChildren(visits ? h("a.bar-count", { href: "#/outbox" }, icon(stuck ? "circle-alert" : "clock"), " ", h("span", { "aria-hidden": "true" }, number(visits)), h("span.visually-hidden", words)) : "");
  const now = navigator.onLine ? await phone("line") : "offline";
  const said = lineWords(now);
  part("line").replaceChildren(said ? h("p.line-state", icon("info"), " ", h("span", said), ["signed_out", "locked"].includes(now) ? [" ", door(now)] : null) : "");
}

const openMenus = () => /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"));

export function listen() {
  for (const what of ["outbox", "line", "pulled"]) hear(what, line);
  for (const what of ["online", "offline"]) window.addEventListener(what, line);
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const [menu] = event.key === "Escape" ? openMenus() : [];
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

/**
 * A new version of the app lies ready: it is taken when the person says so.
 * @param {() => void} take
 */
export function offerUpdate(take) {
  part("messages").replaceChildren(
    h("p.message", icon("download"), " ", gettext("A new version is ready."), " ", button(gettext("Use it now"), take, { kind: "plain.small" })));
}
