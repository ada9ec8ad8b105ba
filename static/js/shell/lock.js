// Lock the page after a while without anybody: what was entered stays behind the lock and goes on with the password.
// In a scope of its own: other scripts of a page have names like these too.
(() => {
  const lock = document.getElementById("lock");
  const PING = 240_000; // somebody who types for long must not be locked out by the server meanwhile
  let last = Date.now();
  let pinged = Date.now();

  function shut() {
    if (!lock || lock.open) return;
    document.body.classList.add("locked");
    lock.showModal();
  }

  function alive() {
    if (!lock || lock.open) return;
    if (Date.now() - last > lock.dataset.idle * 1000) return shut();
    last = Date.now();
    if (last - pinged > PING) {
      pinged = last;
      fetch(lock.dataset.ping).then((answer) => answer.status === 401 && shut(), () => undefined);
    }
  }

  for (const sign of ["pointerdown", "keydown", "touchstart"]) document.addEventListener(sign, alive, { passive: true });
  document.addEventListener("visibilitychange", () => Date.now() - last > (lock?.dataset.idle ?? 0) * 1000 && shut());
  setInterval(() => Date.now() - last > (lock?.dataset.idle ?? 0) * 1000 && shut(), 5000);
  document.addEventListener("locked", shut); // the server says so in its answer to a part of a page

  lock?.addEventListener("cancel", (event) => event.preventDefault());
  lock?.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const wrong = lock.querySelector("[role=alert]");
    wrong.hidden = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Stays": "1" } });
      if (answer.redirected) return location.assign(answer.url);
      if (answer.status !== 204) throw new Error("wrong");
      last = pinged = Date.now();
      lock.close();
      document.body.classList.remove("locked");
      document.dispatchEvent(new CustomEvent("again", { bubbles: true }));
    } catch {
      wrong.hidden = false;
    }
    form.reset();
  });
})();
