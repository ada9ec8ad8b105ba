// What waits on this phone and what the server has confirmed: a list to show a supervisor.
import { bdi, button, h, icon, note, shown } from "../dom.js";
import { soon } from "../deliver.js";
import { phone } from "../db.js";
import { hear } from "../news.js";
import { discard, items, mark, noted, receipts } from "../outbox.js";
import { badge, confirm } from "../parts.js";
import { sentOf, waitingCount } from "../progress.js";
import { room } from "../storage.js";
import { fill, gettext, moment, ngettext, size } from "../words.js";
import { lineWords, receiptOf, stateOf } from "../words-of.js";
import * as vault from "../vault.js";

/** @type {(() => void) | null} */
let heard = null;
for (const what of ["outbox", "progress", "line"]) hear(what, () => heard?.());

/** @returns {Promise<Phone.Screen>} */
export async function waiting() {
  const place = h("div");
  const render = async () => place.replaceChildren(...shown(await lists()));
  await render();
  let due = false;
  heard = () => {
    if (due || !place.isConnected) return;
    due = true;
    setTimeout(() => { due = false; render(); }, 200);
  };
  return { title: gettext("What waits on this phone"), back: "#/", body: [place] };
}

async function lists() {
  const [rows, confirmed, left, line] = [(await items()).sort((a, b) => a.at - b.at), (await receipts()).sort((a, b) => b.at - a.at), await room(), await phone("line")];
  const named = await names();
  const me = (await vault.kept("me"))?.id;
  const own = rows.filter((row) => row.author === me);
  const others = rows.length - own.length;
  return [
    lineWords(line) && note("human", "info", lineWords(line), ["signed_out", "locked"].includes(line) ? [" ", door(line)] : null),
    h("p.what", { role: "status" }, summary(await waitingCount())),
    others > 0 && h("p.soft", fill(ngettext("%(n)s part belongs to somebody else and goes with yours.", "%(n)s parts belong to somebody else and go with yours.", others), { n: others })),
    h("ul.pictures", own.map((row) => line_(row, named))),
    own.length > 0 && button(gettext("Send now"), soon, { kind: "full", symbol: "send" }),
    left && h("p.soft.small", fill(gettext("Room on this phone: %(free)s"), { free: size(left.free) })),
    h("h2.group", gettext("Received by the server")),
    confirmed.length ? h("ul.pictures.receipts", confirmed.filter((one) => one.author === me).slice(0, 100).map((one) => receipt(one, named))) : h("p.soft", gettext("Nothing yet.")),
  ];
}

/**
 * Patients' names by visit: of those made here, and of those answered for.
 * @returns {Promise<Record<string, string>>}
 */
async function names() {
  const { patients } = (await vault.kept("today")) ?? { patients: [] };
  const known = patients.flatMap(({ name, visits }) => visits.map(({ encounter }) => [encounter, name]));
  const made = Object.entries(await vault.keptUnder("sent:")).map(([visit, { patient }]) => [visit, patient?.name]);
  return Object.fromEntries([...known, ...made]);
}

/** @param {number} n */
const summary = (n) => (n ? fill(ngettext("%(n)s visit waits to be sent.", "%(n)s visits wait to be sent.", n), { n }) : gettext("Everything has been sent."));

/** @param {string} line */
export const door = (line) => line === "locked"
  ? h("a", { href: "/unlock/?next=/app/" }, gettext("Unlock"))
  : h("a", { href: "/sign-in/?next=/app/" }, gettext("Sign in"));

/** @param {{ kind: string }} row */
const kind = (row) => (row.kind === "form" ? gettext("Form") : gettext("Photo"));
/** @param {string} id */
const short = (id) => bdi(id.slice(0, 8), "code");

/**
 * @param {Phone.Row} row
 * @param {Record<string, string>} named
 */
function line_(row, named) {
  const sent = sentOf(row.item);
  return h("li.shot.wait", h("div",
    h("p", h("strong", bdi(named[row.visit] ?? "")), " ", kind(row), " ", short(row.item)),
    h("p", badge(stateOf(row, sent))),
    sent !== null && h("progress", { max: row.size, value: sent, "aria-label": gettext("Sending the photo") }),
    row.state === "stuck" && stuck(row)));
}

/** @param {Phone.Row} row */
function stuck(row) {
  const again = () => mark(row.item, { state: "waiting", code: "" }).then(soon);
  const gone = async () => {
    const yes = await confirm(gettext("Throw this away? The server does not have it."), gettext("Throw it away"));
    if (yes) await discard(row.item);
  };
  return [h("p.soft.small", fill(gettext("The server did not take it (%(code)s). Try again, or show it to your supervisor."), { code: row.code })),
    h("div.buttons", button(gettext("Try again"), again, { kind: "plain", symbol: "refresh-cw" }), button(gettext("Throw away"), gone, { kind: "plain", symbol: "x" }))];
}

/**
 * @param {Phone.Receipt} one
 * @param {Record<string, string>} named
 */
function receipt(one, named) {
  const seen = one.state === "refused" && !one.noted;
  return h("li.shot.wait", h("div",
    h("p", h("strong", bdi(named[one.visit] ?? "")), " ", kind(one), " ", short(one.item), " ", h("span.soft.small", moment(one.at))),
    h("p", badge(receiptOf(one)), " ", h("span.soft.small", icon("shield-check"), " ", bdi(one.sha256.slice(0, 12), "code"))),
    seen && button(gettext("I have seen it"), () => noted(one.item), { kind: "plain.small" })));
}
