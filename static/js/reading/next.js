// The next case opens already loaded: kept ready for a moment, its pictures fetched into this page's memory alone.
import { all, find, need, on } from "../shell/find.js";
import { prepare } from "./ahead.js";
import { bench, start } from "./bench.js";
import { headers } from "./token.js";

const EVERY = 90000;
const RESTED = 180000;
const SOON = 300;
let worked = Date.now();
let timer = 0;

// Ask the server to keep the next consult for this reader, and fetch what it opens with.
async function keepNext() {
  const to = document.getElementById("panel")?.dataset.ready;
  if (!to || document.hidden || Date.now() - worked > RESTED) return;
  const answer = await fetch(`${to}${location.search}`, { method: "POST", headers: headers() }).catch(() => null);
  if (answer?.status !== 200 || answer.redirected) return;
  const stage = all(HTMLElement, "[data-stage]").find((each) => each.clientWidth);
  if (stage) await prepare(await answer.json(), stage);
}

// First this case's own pictures, then those of the next.
function soon() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (bench?.busy) return soon();
    await keepNext();
    again();
  }, SOON);
}

function again() {
  clearTimeout(timer);
  timer = setTimeout(async () => { await keepNext(); again(); }, EVERY);
}

/**
 * Take the next without leaving the page: its banner, pictures and sheet replace those of this case.
 * @param {HTMLFormElement} form
 */
async function go(form) {
  const body = new FormData(form);
  const answer = await fetch(form.action + location.search, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return form.submit();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Parsed without scripts, what is for browsers without scripts would be loaded and looked at.
  page.querySelectorAll("noscript").forEach((part) => part.remove());
  const [now, then] = [document, page].map((each) => find(HTMLElement, ".desk-body", each));
  // Another kind of picture has other keys and tools; the worklist is another page: go there as usual.
  if (!now || !then || now.dataset.modality !== then.dataset.modality) return location.assign(answer.url);
  need(HTMLElement, "header.patient").replaceWith(need(HTMLElement, "header.patient", page));
  now.replaceWith(then);
  document.title = page.title;
  history.pushState({}, "", answer.url);
  document.querySelectorAll("header.patient, .desk-body").forEach((part) => htmx.process(part));
  start();
  document.getElementById("panel")?.focus();
  document.dispatchEvent(new CustomEvent("desk:case"));
}

export function listen() {
  document.addEventListener("submit", (event) => {
    const form = on(event);
    if (!(form instanceof HTMLFormElement) || !("next" in form.dataset)) return;
    event.preventDefault();
    go(form);
  });
  // A picture that was fetched ahead is not kept once it is on the screen.
  document.addEventListener("desk:seen", soon);
  window.addEventListener("popstate", () => location.reload());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  for (const sign of ["pointerdown", "wheel", "keydown"]) document.addEventListener(sign, () => { worked = Date.now(); }, { passive: true });
}
