// The slip is printed by the browser.
import "../shell/shell.js";

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
