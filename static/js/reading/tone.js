// Brightness, contrast, red-free, inverted: the browser's own changes, over whatever the server rendered.
import { words } from "./words.js";

const PLAIN = { brightness: 0, contrast: 0, redfree: false, inverted: false };

export class Tone {
  constructor(root) {
    this.root = root;
    Object.assign(this, PLAIN);
  }

  get changed() { return Object.keys(PLAIN).some((key) => this[key] !== PLAIN[key]); }

  reset() { Object.assign(this, PLAIN); }

  shift(name, by) {
    const { min, max } = this.root.querySelector(`[data-tone="${name}"]`);
    this[name] = Math.min(Number(max), Math.max(Number(min), this[name] + by));
  }

  apply(panes) {
    const contrast = 1 + this.contrast / 100;
    const lift = 0.5 - contrast / 2 + this.brightness / 100;
    const [slope, intercept] = this.inverted ? [-contrast, 1 - lift] : [contrast, lift];
    const green = "0 1 0 0 0  0 1 0 0 0  0 1 0 0 0  0 0 0 1 0";
    this.root.querySelector("feColorMatrix").setAttribute("values", this.redfree ? green : "1 0 0 0 0  0 1 0 0 0  0 0 1 0 0  0 0 0 1 0");
    for (const channel of this.root.querySelectorAll("feFuncR, feFuncG, feFuncB")) {
      channel.setAttribute("slope", slope);
      channel.setAttribute("intercept", intercept);
    }
    for (const { osd } of panes) if (osd) osd.drawer.canvas.style.filter = this.changed ? "url(#tone)" : "none";
    for (const input of this.root.querySelectorAll("[data-tone]")) input.value = this[input.dataset.tone];
    for (const button of this.root.querySelectorAll("[data-flag]")) button.setAttribute("aria-pressed", this[button.dataset.flag]);
  }

  words() {
    const signed = (value) => `${value > 0 ? "+" : "−"}${Math.abs(value)} %`;
    const said = [];
    if (this.redfree) said.push(words("redfree"));
    if (this.inverted) said.push(words("inverted"));
    if (this.brightness) said.push(`${words("brightness")} ${signed(this.brightness)}`);
    if (this.contrast) said.push(`${words("contrast")} ${signed(this.contrast)}`);
    return said;
  }
}
