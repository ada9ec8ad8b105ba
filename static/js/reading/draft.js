// Nothing that was entered is lost, and the claim lives on while somebody works.
import { find, on } from "../shell/find.js";

const RENEW = 120000;
let unsaved = false;
let renewed = Date.now();

// The page is left between a change and its draft: it is sent all the same.
function leave() {
  const to = find(HTMLElement, "[data-draft]")?.dataset.draft;
  const form = find(HTMLFormElement, "#grading");
  if (unsaved && to && form) navigator.sendBeacon(to, new FormData(form));
}

function working() {
  if (Date.now() - renewed < RENEW || !document.getElementById("grading")) return;
  renewed = Date.now();
  document.body.dispatchEvent(new CustomEvent("working"));
}

export function listen() {
  for (const sign of ["input", "change"]) {
    document.addEventListener(sign, (event) => { unsaved ||= Boolean(on(event).closest("#grading")); });
  }
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful && detail.elt.dataset?.draft) unsaved = false;
  });
  document.addEventListener("submit", (event) => { if (on(event).id === "grading") unsaved = false; });
  window.addEventListener("pagehide", leave);
  for (const sign of ["pointerdown", "wheel", "keydown"]) document.addEventListener(sign, working, { passive: true });
}
