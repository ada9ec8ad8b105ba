// A photo on its way: shown at once, sent with its progress, kept until the server has it.
import "../shell/shell.js";

const box = (form) => form.querySelector(".sending");
const signedOut = (xhr) => xhr && xhr.responseURL.includes("/sign-in/");
let sending = 0;

function say(form, words) {
  box(form).hidden = false;
  box(form).querySelector(".sending-words").textContent = words;
}

function chosen(form) {
  return [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files])[0];
}

function preview(form, file) {
  const picture = box(form).querySelector("img");
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.hidden = !file.type.startsWith("image/");
  if (!picture.hidden) picture.src = URL.createObjectURL(file);
}

function lock(form, locked) {
  for (const input of form.querySelectorAll("input[type=file]")) input.disabled = locked;
  form.classList.toggle("busy", locked);
}

function fail(form, words) {
  say(form, words);
  box(form).querySelector("progress").hidden = true;
  box(form).querySelector(".again").hidden = false;
}

document.addEventListener("htmx:confirm", (event) => {
  const form = event.target;
  if (!form.matches("form.capture")) return;
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
    classes.querySelector("input")?.focus();
  }
});

document.addEventListener("htmx:beforeSend", (event) => {
  const form = event.target;
  if (!form.matches("form.capture")) return;
  sending += 1;
  lock(form, true);
  const words = box(form).querySelector(".sending-words");
  say(form, words.dataset.sending);
  box(form).querySelector(".again").hidden = true;
  const bar = box(form).querySelector("progress");
  bar.hidden = false;
  bar.value = 0;
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target;
  if (!form.matches("form.capture.busy") || !event.detail.lengthComputable || !event.detail.total) return;
  const percent = Math.round((100 * event.detail.loaded) / event.detail.total);
  const words = box(form).querySelector(".sending-words");
  box(form).querySelector("progress").value = percent;
  words.textContent = percent < 100 ? `${words.dataset.sending} ${percent} %` : words.dataset.checking;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.elt;
  if (form.matches("form.capture") && signedOut(event.detail.xhr)) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches("form.capture")) return;
  sending -= 1;
  lock(form, false);
  const xhr = event.detail.xhr;
  if (!xhr.status) return fail(form, form.dataset.notSent);
  if (signedOut(xhr)) return fail(form, form.dataset.signedOut);
  if (xhr.status >= 400 && xhr.status !== 422) return fail(form, form.dataset.failed);
  form.reset();
  box(form).hidden = true;
});

document.addEventListener("click", (event) => {
  const again = event.target.closest("form.capture .again");
  if (again) window.htmx.trigger(again.closest("form"), "again");
});

// Once it is known how the photos are taken, a photo that waited for that goes by itself.
document.addEventListener("change", (event) => {
  if (event.target.name !== "capture_class") return;
  for (const form of document.querySelectorAll("form.capture")) {
    if (chosen(form) && !box(form).querySelector(".again").hidden) window.htmx.trigger(form, "again");
  }
});

// No connection while waiting for the answer: ask again when there is one.
function askAgain() {
  const pulse = document.getElementById("pulse");
  if (pulse?.hasAttribute("hx-get")) window.htmx.trigger(pulse, "again");
}
for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(trouble, (event) => {
    if (event.detail.elt.id === "pulse") setTimeout(askAgain, 15000);
  });
}
window.addEventListener("online", askAgain);

// A view that wants another photo shows the way to take it.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  for (const call of event.target.querySelectorAll("[data-opens]")) {
    const more = document.getElementById(call.dataset.opens);
    if (more) more.open = true;
  }
});

window.addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});
