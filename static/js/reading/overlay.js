// The overlay, once the server offers it. A map that is missing, late or broken never passes for an empty one.
export class Heat {
  constructor(say) {
    Object.assign(this, { on: false, say, kept: new Map() });
  }

  get button() { return document.querySelector("[data-heat-toggle]"); }
  get strength() { return Number(document.querySelector("[data-heat-opacity]")?.value ?? 60) / 100; }

  toggle(panes) {
    if (!this.button) return;
    this.on = !this.on;
    this.tool();
    panes.forEach((pane) => this.show(pane));
  }

  tool() {
    this.button?.setAttribute("aria-pressed", this.on);
    document.querySelector("[data-heat-slider]")?.toggleAttribute("hidden", !this.on);
  }

  show(pane) {
    if (!pane.open) return;
    if (pane.heat) pane.osd.removeOverlay(pane.heat);
    pane.heat = null;
    const offered = document.querySelector(`[data-heat-of="${pane.picture.photo}"]`);
    if (this.on && offered) {
      // Asked for only now: a look at the overlay is a look that is written down. Fetched once per picture.
      const { src } = offered.dataset;
      const image = this.kept.get(src) ?? Object.assign(new Image(), { alt: "", src });
      this.kept.set(src, image);
      pane.heat = image;
      image.onload = image.onerror = () => this.say(pane);
      image.className = "heat";
      image.style.opacity = this.strength;
      pane.osd.addOverlay({ element: image, location: pane.osd.world.getItemAt(0).getBounds() });
    }
    this.say(pane);
  }

  fade(panes) { for (const { heat } of panes) if (heat) heat.style.opacity = this.strength; }

  words(pane) {
    const tool = this.button;
    if (!this.on || !tool) return "";
    if (!pane.heat) return tool.dataset.none;
    if (!pane.heat.complete) return tool.dataset.loading;
    return pane.heat.naturalWidth ? tool.dataset.shown : tool.dataset.failed;
  }
}
