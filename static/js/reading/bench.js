// The viewer: its panes and its tools, and the words that say what is shown.
import { all, find, need } from "../shell/find.js";
import { Compare } from "./compare.js";
import { Marks } from "./marks.js";
import { cupDisc } from "./measure.js";
import { Heat } from "./overlay.js";
import { Pane } from "./pane.js";
import { Tone } from "./tone.js";
import { words } from "./words.js";

const NARROW = "(max-width: 47.99rem)";
const STEPS = 64; // of a window's sliders

export class Bench {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Reading.Panes} */
    this.panes = new Map();
    this.tone = new Tone(root);
    this.heat = new Heat((pane) => this.say(pane));
    this.marks = new Marks(this.panes);
    this.active = this.ranged = "";
    for (const figure of all(HTMLElement, "[data-pane]", root)) this.place(figure);
    this.compare = new Compare(root, this.panes, (code) => this.activate(code));
    this.activate([...this.panes.keys()][0]);
    this.compare.show(matchMedia(NARROW).matches ? this.active : this.compare.shown);
  }

  /** @param {HTMLElement} figure */
  place(figure) {
    const pane = new Pane(figure, (which, opened) => (opened ? this.opened(which) : this.say(which)));
    this.panes.set(pane.code, pane);
    figure.addEventListener("pointerdown", () => this.activate(pane.code));
    figure.addEventListener("focusin", () => this.active !== pane.code && this.activate(pane.code));
  }

  get pane() { return this.panes.get(this.active); }
  get busy() { return [...this.panes.values()].some((pane) => pane.busy); }
  get view() { return this.pane?.view ?? null; }

  /** @param {Pane} pane */
  opened(pane) {
    const { osd } = pane;
    if (!osd) return;
    if (!pane.following) {
      pane.following = true;
      const follow = () => { if (pane.code === this.active) this.compare.follow(pane); };
      osd.addHandler("zoom", follow);
      osd.addHandler("pan", follow);
      osd.addHandler("rotate", follow);
    }
    this.tone.apply(this.panes.values());
    this.heat.show(pane);
    this.marks.draw();
    this.say(pane);
    this.fit();
    osd.world.getItemAt(0).addOnceHandler("fully-loaded-change", () => {
      document.dispatchEvent(new CustomEvent("desk:seen", { detail: pane.code }));
    });
  }

  /**
   * What is shown is always said: from which pixels, what the server did to them, and what the browser does.
   * @param {Pane} pane
   */
  say(pane) {
    if (!pane.open || !pane.osd) return;
    const changed = [this.rendered(pane), ...this.tone.words()].filter(Boolean);
    const base = changed.length ? words("enhanced", { how: changed.join(", ") }) : words(pane.osd.world.getItemCount() > 1 ? "original-full" : "original");
    const more = [
      pane.failed && words("failed"), pane.busy && words("busy"),
      pane.turned && words("rotated", { n: pane.turned }), this.heat.words(pane),
    ];
    pane.say([base, ...more].filter(Boolean).join(" · "));
    pane.figure.querySelector("[data-mirrored]")?.toggleAttribute("hidden", !pane.mirrored);
    if (pane.code === this.active) this.fit();
  }

  /** @param {Pane} pane */
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
    if (!pane) return;
    for (const button of all(HTMLElement, "[data-way]", this.root)) button.setAttribute("aria-pressed", String(button.dataset.way === pane.way));
    for (const part of all(HTMLElement, "[data-deep-only]", this.root)) part.hidden = !pane.picture.deep;
    this.range(pane.picture);
    this.root.querySelector('[data-do="flip"]')?.setAttribute("aria-pressed", String(pane.mirrored));
    const before = find(HTMLButtonElement, '[data-do="earlier"]', this.root);
    if (before) before.disabled = !this.compare?.before(this.active);
    const cup = find(HTMLElement, '[data-do="enter-cup"]', this.root);
    if (cup) cup.hidden = cupDisc(pane) === null || !document.querySelector(`[name="${this.active}-cup_disc"]`);
  }

  /** The sliders of the window span the values this film has. @param {Reading.Picture} picture */
  range({ deep, photo }) {
    if (!deep || this.ranged === photo) return;
    this.ranged = photo;
    const [low, high, centre, width] = deep.split(",").map(Number);
    const step = Math.max(1, Math.round((high - low) / STEPS));
    /** @type {(name: string, facts: Record<string, number>) => void} */
    const set = (name, facts) => { Object.assign(need(HTMLInputElement, `[data-window="${name}"]`, this.root), facts); };
    set("centre", { min: low, max: high, step, value: centre });
    set("width", { min: step, max: high - low, step, value: width });
  }

  /** @param {string} code */
  activate(code) {
    if (!this.panes.has(code)) return;
    this.active = code;
    for (const [key, pane] of this.panes) pane.figure.classList.toggle("active", key === code);
    this.fit();
    document.dispatchEvent(new CustomEvent("desk:active", { detail: code.replace("-before", "") }));
  }

  /** @param {string} said */
  measured(said) {
    need(HTMLElement, "[data-measured]", this.root).textContent = said;
    this.fit();
  }
}

/** The viewer on the page; null where the page has none. @type {Bench | null} */
export let bench = null;

/** Build the viewer anew for what is on the page now. */
export function start() {
  bench?.panes.forEach((pane) => pane.destroy());
  const root = document.getElementById("viewer");
  bench = root ? new Bench(root) : null;
}
