// A photo on its way: shown at once, sent with its progress, kept until the server has it.
import { all, find, need, on } from "../shell/find.js";
import "../shell/shell.js";

const ASK_AGAIN = 15000;
let sending = 0;

/** The form of a view's photo, if that is what it is. @param {EventTarget | null} part */
const capture = (part) => (part instanceof HTMLFormElement && part.matches("form.capture") ? part : null);
/** @param {HTMLFormElement} form */
const box = (form) => need(HTMLElement, ".sending", form);
/** @param {HTMLFormElement} form */
const bar = (form) => need(HTMLProgressElement, "progress", form);
/** @param {HTMLFormElement} form */
const words = (form) => need(HTMLElement, ".sending-words", form);
/** @param {HTMLFormElement} form */
const again = (form) => need(HTMLElement, ".again", form);
/** @param {HTMLFormElement} form */
const inputs = (form) => all(HTMLInputElement, "input[type=file]", form);
/** @param {HTMLFormElement} form */
const chosen = (form) => inputs(form).flatMap((input) => [...(input.files ?? [])])[0];
/** @param {XMLHttpRequest} xhr */
const signedOut = (xhr) => xhr.responseURL.includes("/sign-in/");

/** @param {HTMLFormElement} form @param {string | undefined} said */
function say(form, said) {
  box(form).hidden = false;
  words(form).textContent = said ?? "";
}

/** @param {HTMLFormElement} form @param {File} file */
function preview(form, file) {
  const picture = need(HTMLImageElement, "img", box(form));
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.hidden = !file.type.startsWith("image/");
  if (!picture.hidden) picture.src = URL.createObjectURL(file);
}

/** @param {HTMLFormElement} form @param {boolean} locked */
function lock(form, locked) {
  for (const input of inputs(form)) input.disabled = locked;
  form.classList.toggle("busy", locked);
}

/** @param {HTMLFormElement} form @param {string | undefined} said */
function fail(form, said) {
  say(form, said);
  bar(form).hidden = true;
  again(form).hidden = false;
}

document.addEventListener("htmx:confirm", (event) => {
  const form = capture(event.target);
  if (!form) return;
  const file = chosen(form);
  if (!file) return event.preventDefault();
  if (file.size > Number(form.dataset.limit)) {
    event.preventDefault();
    form.reset();
    say(form, form.dataset.tooLarge);
    return;
  }
  preview(form, file);
  const classes = document.getElementById("capture");
  if (classes && file.type.startsWith("image/") && !classes.querySelector(":checked")) {
    event.preventDefault();
    fail(form, form.dataset.choose);
    classes.scrollIntoView({ block: "center" });
    find(HTMLInputElement, "input", classes)?.focus();
  }
});

document.addEventListener("htmx:beforeSend", (event) => {
  const form = capture(event.target);
  if (!form) return;
  sending += 1;
  lock(form, true);
  say(form, words(form).dataset.sending);
  again(form).hidden = true;
  bar(form).hidden = false;
  bar(form).value = 0;
});

document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const form = capture(target);
  if (!form?.matches(".busy") || !detail.lengthComputable || !detail.total) return;
  const percent = Math.round((100 * detail.loaded) / detail.total);
  const { sending: onItsWay, checking } = words(form).dataset;
  bar(form).value = percent;
  say(form, percent < 100 ? `${onItsWay} ${percent} %` : checking);
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (capture(detail.elt) && signedOut(detail.xhr)) detail.shouldSwap = false;
});

document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  const form = capture(elt);
  if (!form) return;
  sending -= 1;
  lock(form, false);
  if (!xhr.status) return fail(form, form.dataset.notSent);
  if (signedOut(xhr)) return fail(form, form.dataset.signedOut);
  if (xhr.status >= 400 && xhr.status !== 422) return fail(form, form.dataset.failed);
  form.reset();
  box(form).hidden = true;
});

document.addEventListener("click", (event) => {
  const form = on(event).closest("form.capture .again")?.closest("form");
  if (form) htmx.trigger(form, "again");
});

// Once it is known how the photos are taken, a photo that waited for that goes by itself.
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.name !== "capture_class") return;
  for (const form of all(HTMLFormElement, "form.capture")) {
    if (chosen(form) && !again(form).hidden) htmx.trigger(form, "again");
  }
});

// No connection while waiting for the answer: ask again when there is one.
function askAgain() {
  const pulse = document.getElementById("pulse");
  if (pulse?.hasAttribute("hx-get")) htmx.trigger(pulse, "again");
}

/** @param {CustomEvent<Page.Answer>} event */
const unanswered = ({ detail }) => { if (detail.elt.id === "pulse") setTimeout(askAgain, ASK_AGAIN); };
document.addEventListener("htmx:sendError", unanswered);
document.addEventListener("htmx:responseError", unanswered);
document.addEventListener("htmx:timeout", unanswered);
window.addEventListener("online", askAgain);

// A view that wants another photo shows the way to take it.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  for (const call of all(HTMLElement, "[data-opens]", on(event))) {
    const more = find(HTMLDetailsElement, `#${call.dataset.opens}`);
    if (more) more.open = true;
  }
});

window.addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});
