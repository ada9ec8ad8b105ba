// What every page does: the menu, the lock, and the way to the sign-in page.
import { watch } from "./lock.js";

// The menu closes when the finger goes elsewhere or Escape is pressed.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A part of a page that turns out to be the sign-in page: go and sign in, then come back here.
document.addEventListener("htmx:beforeSwap", (event) => {
  const to = event.detail.xhr.responseURL;
  if (!to.includes("/sign-in/") || location.pathname.startsWith("/sign-in/")) return;
  event.detail.shouldSwap = false;
  if (event.detail.requestConfig.verb === "get") {
    location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname)}`);
  }
});

const lock = document.getElementById("lock"); // only where somebody is signed in
if (lock) watch(lock);
