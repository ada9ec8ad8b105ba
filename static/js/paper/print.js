// The slip is printed by the browser.
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
