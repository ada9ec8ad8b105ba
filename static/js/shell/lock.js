// Lock the page after a while without anybody: what was entered stays behind the lock and goes on with the password.
import { need } from "./find.js";

const PING = 240_000; // somebody who types for long must not be locked out by the server meanwhile
const LOOK = 5000;

/** Watch over a page with this lock, a closed dialog. @param {HTMLDialogElement} lock */
export function watch(lock) {
  const idle = Number(lock.dataset.idle) * 1000;
  const ping = lock.dataset.ping ?? "";
  const wrong = need(HTMLElement, "[role=alert]", lock);
  const form = need(HTMLFormElement, "form", lock);
  let last = Date.now();
  let pinged = Date.now();

  function shut() {
    if (lock.open) return;
    document.body.classList.add("locked");
    lock.showModal();
  }

  const tooLong = () => Date.now() - last > idle;

  function alive() {
    if (lock.open) return;
    if (tooLong()) return shut();
    last = Date.now();
    if (last - pinged > PING) {
      pinged = last;
      fetch(ping).then((answer) => answer.status === 401 && shut(), () => undefined);
    }
  }

  async function unlock() {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Stays": "1" } });
    if (answer.redirected) return location.assign(answer.url);
    if (answer.status !== 204) throw new Error("wrong");
    last = pinged = Date.now();
    lock.close();
    document.body.classList.remove("locked");
    document.dispatchEvent(new CustomEvent("again", { bubbles: true }));
  }

  for (const sign of ["pointerdown", "keydown", "touchstart"]) document.addEventListener(sign, alive, { passive: true });
  document.addEventListener("visibilitychange", () => tooLong() && shut());
  setInterval(() => tooLong() && shut(), LOOK);
  document.addEventListener("locked", shut); // the server says so in its answer to a part of a page

  lock.addEventListener("cancel", (event) => event.preventDefault());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    wrong.hidden = true;
    unlock().catch(() => { wrong.hidden = false; }).finally(() => form.reset());
  });
}
