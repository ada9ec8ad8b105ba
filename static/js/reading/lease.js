// The claim, as its holder sees it: until when, a warning before it lapses, and a word when it has.

const LEASE = 15 * 60000;
const SOON = 3 * 60000;
let until = 0;

function read() {
  const lease = document.getElementById("lease");
  until = lease?.dataset.seconds ? Date.now() + Number(lease.dataset.seconds) * 1000 : 0;
  show();
}

function show() {
  const lease = document.getElementById("lease");
  if (!lease) return;
  const left = until - Date.now();
  const held = until && document.getElementById("grading");
  lease.hidden = !held;
  if (!held) return;
  const state = left <= 0 ? "lapsed" : left < SOON ? "soon" : "held";
  const at = new Date(until).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const words = lease.dataset[state].replace("{at}", at);
  if (lease.textContent !== words) lease.textContent = words;
  lease.className = `lease ${state}`;
}

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, xhr } = event.detail;
  const to = elt.getAttribute?.("hx-post") ?? "";
  if (successful && xhr.status < 300 && (to.endsWith("/claim/") || to.endsWith("/draft/"))) {
    until = Date.now() + LEASE;
    show();
  }
});
document.addEventListener("desk:case", read);
setInterval(show, 5000);
read();
