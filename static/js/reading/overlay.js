// The overlay, once the server offers it. A map that is missing, late or broken never passes for an empty one.
import { find } from "../shell/find.js";

const STRENGTH = 60; // percent, where the page has no slider

export class Heat {
  /** @param {(pane: Reading.Pane) => void} say */
  constructor(say) {
    this.on = false;
    this.say = say;
    /** @type {Map<string, HTMLImageElement>} */
    this.kept = new Map();
  }

  get button() { return find(HTMLElement, "[data-heat-toggle]"); }
  get strength() { return Number(find(HTMLInputElement, "[data-heat-opacity]")?.value ?? STRENGTH) / 100; }

  /** @param {Reading.Panes} panes */
  toggle(panes) {
    if (!this.button) return;
    this.on = !this.on;
    this.tool();
    panes.forEach((pane) => this.show(pane));
  }

  tool() {
    this.button?.setAttribute("aria-pressed", String(this.on));
    document.querySelector("[data-heat-slider]")?.toggleAttribute("hidden", !this.on);
  }

  /** @param {Reading.Pane} pane */
  show(pane) {
    if (!pane.open || !pane.osd) return;
    if (pane.heat) pane.osd.removeOverlay(pane.heat);
    pane.heat = null;
    const src = find(HTMLElement, `[data-heat-of="${pane.picture.photo}"]`)?.dataset.src;
    if (this.on && src) {
      // Asked for only now: a look at the overlay is a look that is written down. Fetched once per picture.
      const image = this.kept.get(src) ?? Object.assign(new Image(), { alt: "", src });
      this.kept.set(src, image);
      pane.heat = image;
      image.onload = image.onerror = () => this.say(pane);
      image.className = "heat";
      image.style.opacity = String(this.strength);
      pane.osd.addOverlay({ element: image, location: pane.osd.world.getItemAt(0).getBounds() });
    }
    this.say(pane);
  }

  /** @param {Iterable<Reading.Pane>} panes */
  fade(panes) { for (const { heat } of panes) if (heat) heat.style.opacity = String(this.strength); }

  /** @param {Reading.Pane} pane */
  words(pane) {
    const tool = this.button?.dataset;
    if (!this.on || !tool) return "";
    if (!pane.heat) return tool.none;
    if (!pane.heat.complete) return tool.loading;
    return pane.heat.naturalWidth ? tool.shown : tool.failed;
  }
}
