// What every page does: the menu, the lock, and the way to the sign-in page.
import { all, find, on } from "./find.js";
import { watch } from "./lock.js";

const open = () => all(HTMLDetailsElement, "details.menu[open]");

// The menu closes when the finger goes elsewhere or Escape is pressed.
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(on(event))) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    find(HTMLElement, "summary", menu)?.focus();
  }
});

// A part of a page that turns out to be the sign-in page: go and sign in, then come back here.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.xhr.responseURL.includes("/sign-in/") || location.pathname.startsWith("/sign-in/")) return;
  detail.shouldSwap = false;
  if (detail.requestConfig.verb === "get") location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname)}`);
});

const lock = find(HTMLDialogElement, "#lock"); // only where somebody is signed in
if (lock) watch(lock);
