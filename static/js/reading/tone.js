// Brightness, contrast, red-free, inverted: the browser's own changes, over whatever the server rendered.
import { all, need } from "../shell/find.js";
import { words } from "./words.js";

/** @type {Reading.Tones} */
const PLAIN = { brightness: 0, contrast: 0, redfree: false, inverted: false };
const COLOURS = "1 0 0 0 0  0 1 0 0 0  0 0 1 0 0  0 0 0 1 0";
const GREEN = "0 1 0 0 0  0 1 0 0 0  0 1 0 0 0  0 0 0 1 0";

/**
 * What the browser multiplies each value (0 to 1) with, and what it adds.
 * @param {Reading.Tones} tones
 */
export function transfer({ brightness, contrast, inverted }) {
  const slope = 1 + contrast / 100;
  const intercept = 0.5 - slope / 2 + brightness / 100;
  return inverted ? { slope: -slope, intercept: 1 - intercept } : { slope, intercept };
}

/** @param {number} value */
const signed = (value) => `${value > 0 ? "+" : "−"}${Math.abs(value)} %`;

export class Tone {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.tones = { ...PLAIN };
  }

  get changed() {
    const { brightness, contrast, redfree, inverted } = this.tones;
    return brightness !== 0 || contrast !== 0 || redfree || inverted;
  }

  reset() { Object.assign(this.tones, PLAIN); }

  /** @type {(name: "brightness" | "contrast", by: number) => void} */
  shift(name, by) {
    const { min, max } = need(HTMLInputElement, `[data-tone="${name}"]`, this.root);
    this.set(name, Math.min(Number(max), Math.max(Number(min), this.tones[name] + by)));
  }

  /** @type {(name: "brightness" | "contrast", value: number) => void} */
  set(name, value) { this.tones[name] = value; }

  /** @param {"redfree" | "inverted"} name */
  flip(name) { this.tones[name] = !this.tones[name]; }

  /** @param {Iterable<Reading.Pane>} panes */
  apply(panes) {
    const { slope, intercept } = transfer(this.tones);
    need(SVGElement, "feColorMatrix", this.root).setAttribute("values", this.tones.redfree ? GREEN : COLOURS);
    for (const channel of this.root.querySelectorAll("feFuncR, feFuncG, feFuncB")) {
      channel.setAttribute("slope", String(slope));
      channel.setAttribute("intercept", String(intercept));
    }
    for (const { osd } of panes) if (osd) osd.drawer.canvas.style.filter = this.changed ? "url(#tone)" : "none";
    for (const input of all(HTMLInputElement, "[data-tone]", this.root)) input.value = String(this.of(input.dataset.tone));
    for (const button of all(HTMLElement, "[data-flag]", this.root)) button.setAttribute("aria-pressed", String(this.of(button.dataset.flag)));
  }

  /** @param {string | undefined} name */
  of(name) { return this.tones[/** @type {keyof Reading.Tones} */ (name)]; }

  words() {
    const { brightness, contrast, redfree, inverted } = this.tones;
    return [
      redfree && words("redfree"), inverted && words("inverted"),
      brightness && `${words("brightness")} ${signed(brightness)}`, contrast && `${words("contrast")} ${signed(contrast)}`,
    ].filter(Boolean);
  }
}
