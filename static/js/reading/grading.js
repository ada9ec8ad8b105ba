// The grading sheet: keys, shortcuts, and what happens when the claim or the session is lost.

const panel = () => document.getElementById("panel");
const help = document.getElementById("help");
const RENEW = 120000;
let eye = document.querySelector("[data-pane]")?.dataset.pane;
let renewed = Date.now();

// --- shortcuts of the sheet
const choose = (name, value) => {
  const radio = document.querySelector(`#grading input[name="${name}"][value="${value}"]`);
  if (radio && !radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return Boolean(radio);
};
// A normal eye has no other finding: what is under "other findings" is blank again.
function clear(more) {
  for (const field of more?.querySelectorAll("input, select") ?? []) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else field.value = "";
  }
}
function normal() {
  const button = document.querySelector("[data-normal]");
  if (!button || button.disabled) return;
  for (const { dataset } of document.querySelectorAll("[data-sheet]")) {
    choose(`${dataset.sheet}-gradability`, "gradable");
    choose(`${dataset.sheet}-icdr`, "0");
    choose(`${dataset.sheet}-dme`, "none");
    choose(`${dataset.sheet}-tb`, "unlikely");
    clear(document.querySelector(`[data-sheet="${dataset.sheet}"] [data-more]`));
    const quality = document.querySelector(`#grading [name="${dataset.sheet}-limits"]`);
    if (quality) quality.value = "good";
  }
  document.querySelector("[data-submit]").focus();
}
const TB = { 1: "unlikely", 2: "possible", 3: "likely", 4: "active" };
function grade(digit) {
  if (choose(`${eye}-icdr`, digit) || choose(`${eye}-tb`, TB[digit])) choose(`${eye}-gradability`, "gradable");
}
// One key walks through the choices of a question, round and round.
function cycle(name) {
  const radios = [...document.querySelectorAll(`#grading input[name="${name}"]`)];
  if (radios.length) choose(name, radios[(radios.findIndex((radio) => radio.checked) + 1) % radios.length].value);
}
function more(opener, first) {
  const details = document.querySelector(opener);
  if (!details) return;
  details.open = true;
  details.querySelector(first)?.focus();
  details.scrollIntoView({ block: "nearest" });
}
function advise(phrase) {
  const box = document.querySelector('#grading [name="advice"]');
  box.value = box.value ? `${box.value.trimEnd()} ${phrase}` : phrase;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}
function outline(code) {
  eye = code;
  for (const sheet of document.querySelectorAll("[data-sheet]")) sheet.classList.toggle("active", sheet.dataset.sheet === code);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("normal" in button.dataset) normal();
  else if (button.dataset.phrase) advise(button.dataset.phrase);
  else if ("help" in button.dataset) help.showModal();
});
document.addEventListener("focusin", (event) => {
  const sheet = event.target.closest?.("[data-sheet]");
  if (sheet && sheet.dataset.sheet !== eye) document.dispatchEvent(new CustomEvent("desk:look", { detail: sheet.dataset.sheet }));
});
document.addEventListener("desk:active", (event) => outline(event.detail));

// --- keys of the sheet (those of the viewer: keys.js)
const single = document.querySelector("[data-single-keys]");
if (single) {
  single.checked = localStorage.getItem("single-keys") !== "off";
  single.addEventListener("change", () => localStorage.setItem("single-keys", single.checked ? "on" : "off"));
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    document.querySelector("[data-submit]")?.click();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || help.open || !single.checked) return;
  // Out of a field, so that single letters are keys again.
  if (event.key === "Escape" && event.target.closest("#grading, #marks")) return panel().focus();
  if (event.target.matches('textarea, select, input:not([type="radio"], [type="checkbox"])')) return;
  if (event.key === "?") help.showModal();
  else if (event.key === "n") normal();
  else if (event.key === "u") choose(`${eye}-gradability`, "ungradable");
  else if (event.key === "v") cycle(`${eye}-dme`);
  else if (event.key === "c") cycle(`${eye}-recommendation`);
  else if (event.key === "o") more(`[data-sheet="${eye}"] [data-more]`, "input, select");
  else if (event.key === "t") document.querySelector('#grading [name="advice"]')?.focus();
  else if (event.key === "q") more(".ask", "input, textarea");
  else if (/^[0-4]$/.test(event.key)) grade(event.key);
  else return;
  event.preventDefault();
}, true);

// --- nothing is lost when the page is left between a change and its draft
let unsaved = false;
for (const sign of ["input", "change"]) {
  document.addEventListener(sign, (event) => { unsaved ||= Boolean(event.target.closest("#grading")); });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.dataset?.draft) unsaved = false;
});
document.addEventListener("submit", (event) => { if (event.target.id === "grading") unsaved = false; });
window.addEventListener("pagehide", () => {
  const to = document.querySelector("[data-draft]")?.dataset.draft;
  if (unsaved && to) navigator.sendBeacon(to, new FormData(document.getElementById("grading")));
});

// --- the claim lives on while somebody works
const working = () => {
  if (Date.now() - renewed < RENEW || !document.getElementById("grading")) return;
  renewed = Date.now();
  document.body.dispatchEvent(new CustomEvent("working"));
};
for (const sign of ["pointerdown", "wheel", "keydown"]) document.addEventListener(sign, working, { passive: true });

// --- answers that are not a plain success
const wrong = () => panel()?.querySelector('input[aria-invalid="true"], [aria-invalid="true"] input');
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  const signedOut = new URL(xhr.responseURL || location.href).pathname.startsWith("/sign-in");
  if (signedOut) event.detail.shouldSwap = false;
  document.getElementById("offline").hidden = !(signedOut || xhr.status === 403 || xhr.status >= 500);
});
document.addEventListener("htmx:sendError", () => { document.getElementById("offline").hidden = false; });
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "panel") return;
  outline(eye);
  panel().scrollTop = 0;
  (wrong() ?? panel()).focus();
});

/** Once the viewer stands: outline the eye that is looked at, and go to what was wrong. */
export function begin() {
  if (eye) outline(eye);
  wrong()?.focus();
}
