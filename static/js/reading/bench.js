// The viewer: its panes and its tools, and the words that say what is shown.
import { Compare } from "./compare.js";
import { Marks } from "./marks.js";
import { cupDisc } from "./measure.js";
import { Heat } from "./overlay.js";
import { Pane } from "./pane.js";
import { Tone } from "./tone.js";
import { words } from "./words.js";

export class Bench {
  constructor(root) {
    this.root = root;
    this.panes = new Map();
    this.tone = new Tone(root);
    this.heat = new Heat((pane) => this.say(pane));
    this.marks = new Marks(this.panes);
    for (const figure of root.querySelectorAll("[data-pane]")) {
      const pane = new Pane(figure, (which, opened) => (opened ? this.opened(which) : this.say(which)));
      this.panes.set(pane.code, pane);
      figure.addEventListener("pointerdown", () => this.activate(pane.code));
      figure.addEventListener("focusin", () => this.active !== pane.code && this.activate(pane.code));
    }
    this.compare = new Compare(root, this.panes, (code) => this.activate(code));
    this.activate([...this.panes.keys()][0]);
    const narrow = matchMedia("(max-width: 47.99rem)").matches;
    this.compare.show(narrow ? this.active : this.compare.shown);
  }

  get pane() { return this.panes.get(this.active); }
  get busy() { return [...this.panes.values()].some((pane) => pane.busy); }
  get view() { return this.pane.open ? this.pane.osd.viewport : null; }

  opened(pane) {
    if (!pane.following) {
      pane.following = true;
      for (const sign of ["zoom", "pan", "rotate"]) pane.osd.addHandler(sign, () => pane.code === this.active && this.compare.follow(pane));
    }
    this.tone.apply(this.panes.values());
    this.heat.show(pane);
    this.marks.draw();
    this.say(pane);
    this.fit();
    pane.osd.world.getItemAt(0).addOnceHandler("fully-loaded-change", () => {
      document.dispatchEvent(new CustomEvent("desk:seen", { detail: pane.code }));
    });
  }

  // What is shown is always said: from which pixels, what the server did to them, and what the browser does.
  say(pane) {
    if (!pane.open || !pane.picture) return;
    const rendered = this.rendered(pane);
    const changed = [rendered, ...this.tone.words()].filter(Boolean);
    const base = changed.length ? words("enhanced", { how: changed.join(", ") }) : words(pane.osd.world.getItemCount() > 1 ? "original-full" : "original");
    const more = [
      pane.failed && words("failed"), pane.busy && words("busy"),
      pane.turned && words("rotated", { n: pane.turned }), this.heat.words(pane),
    ];
    pane.say([base, ...more].filter(Boolean).join(" · "));
    pane.figure.querySelector("[data-mirrored]")?.toggleAttribute("hidden", !pane.mirrored);
    if (pane.code === this.active) this.fit();
  }

  rendered(pane) {
    if (pane.busy || pane.way === "original") return "";
    if (pane.way === "clahe") return words("clahe");
    const [centre, width] = pane.window ?? [];
    return words(`window-${pane.way}`, { centre, width });
  }

  sayAll() { for (const pane of this.panes.values()) this.say(pane); }

  // The tools show what can be done with the picture that is looked at.
  fit() {
    const { pane } = this;
    for (const button of this.root.querySelectorAll("[data-way]")) button.setAttribute("aria-pressed", button.dataset.way === pane.way);
    for (const part of this.root.querySelectorAll("[data-deep-only]")) part.hidden = !pane.picture?.deep;
    this.range(pane);
    this.root.querySelector('[data-do="flip"]')?.setAttribute("aria-pressed", pane.mirrored);
    const before = this.root.querySelector('[data-do="earlier"]');
    if (before) before.disabled = !this.compare?.before(this.active ?? "");
    const cup = this.root.querySelector('[data-do="enter-cup"]');
    if (cup) cup.hidden = cupDisc(pane) === null || !document.querySelector(`[name="${this.active}-cup_disc"]`);
  }

  // The sliders of the window span the values this film has.
  range({ picture }) {
    if (!picture?.deep || this.ranged === picture.photo) return;
    this.ranged = picture.photo;
    const [low, high, centre, width] = picture.deep.split(",").map(Number);
    const [c, w] = ["centre", "width"].map((name) => this.root.querySelector(`[data-window="${name}"]`));
    const step = Math.max(1, Math.round((high - low) / 64));
    Object.assign(c, { min: low, max: high, step, value: centre });
    Object.assign(w, { min: step, max: high - low, step, value: width });
  }

  activate(code) {
    if (!this.panes.has(code)) return;
    this.active = code;
    for (const [key, pane] of this.panes) pane.figure.classList.toggle("active", key === code);
    this.fit();
    document.dispatchEvent(new CustomEvent("desk:active", { detail: code.replace("-before", "") }));
  }

  measured(pane, said) {
    this.root.querySelector("[data-measured]").textContent = said;
    this.fit();
  }
}

/** The viewer on the page; null where the page has none. */
export let bench = null;

/** Build the viewer anew for what is on the page now. */
export function start() {
  bench?.panes.forEach((pane) => pane.destroy());
  const root = document.getElementById("viewer");
  bench = root ? new Bench(root) : null;
}
