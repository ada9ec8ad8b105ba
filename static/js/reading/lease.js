// The claim, as its holder sees it: until when, a warning before it lapses, and a word when it has.

const LEASE = 15 * 60000;
const SOON = 3 * 60000;
let until = 0;

/** How a claim stands that has so many milliseconds left. @param {number} left */
export const standing = (left) => (left <= 0 ? "lapsed" : left < SOON ? "soon" : "held");

function read() {
  const seconds = document.getElementById("lease")?.dataset.seconds;
  until = seconds ? Date.now() + Number(seconds) * 1000 : 0;
  show();
}

function show() {
  const lease = document.getElementById("lease");
  if (!lease) return;
  const held = until && document.getElementById("grading");
  lease.hidden = !held;
  if (!held) return;
  const state = standing(until - Date.now());
  const at = new Date(until).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const words = (lease.dataset[state] ?? "").replace("{at}", at);
  if (lease.textContent !== words) lease.textContent = words;
  lease.className = `lease ${state}`;
}

/**
 * The server has taken something of this reader's: the claim is theirs for a whole lease again.
 * @param {CustomEvent<Page.Answer>} event
 */
function renewed({ detail: { elt, successful, xhr } }) {
  const to = elt.getAttribute?.("hx-post") ?? "";
  if (!successful || xhr.status >= 300 || !(to.endsWith("/claim/") || to.endsWith("/draft/"))) return;
  until = Date.now() + LEASE;
  show();
}

export function listen() {
  document.addEventListener("htmx:afterRequest", renewed);
  document.addEventListener("desk:case", read);
  setInterval(show, 5000);
  read();
}
