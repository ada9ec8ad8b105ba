// Which pictures stand side by side: right and left eye, or today and an earlier visit; and moving them together.
export class Compare {
  constructor(root, panes, activate) {
    Object.assign(this, { root, panes, activate, linked: false, guard: false });
    this.shown = panes.size > 1 && [...panes.keys()].some((code) => code === "OS") ? "all" : [...panes.keys()][0];
  }

  before(code) { return this.panes.get(`${code.replace("-before", "")}-before`); }

  // `which`: a view's code, or "all" of today's.
  show(which) {
    this.shown = which;
    this.beside = false;
    this.lay();
  }

  // The earlier visit beside today's picture of the view that is looked at.
  earlier(active) {
    const code = active.replace("-before", "");
    if (!this.before(code)) return;
    this.beside = !this.beside;
    if (this.beside) this.shown = code;
    else this.shown = [...this.panes.keys()].filter((each) => !each.endsWith("-before")).length > 1 ? "all" : code;
    this.lay();
    this.activate(code);
  }

  lay() {
    for (const [code, pane] of this.panes) {
      const old = code.endsWith("-before");
      const today = this.shown === "all" || this.shown === code;
      const visible = old ? this.beside && code === `${this.shown}-before` : today;
      pane.figure.hidden = !visible;
    }
    // Only now: a picture that is built beside one about to go would be laid out for half the room.
    for (const pane of this.panes.values()) if (!pane.figure.hidden) pane.build();
    for (const button of this.root.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", !this.beside && button.dataset.show === this.shown);
    this.root.querySelector('[data-do="earlier"]')?.setAttribute("aria-pressed", Boolean(this.beside));
  }

  link() {
    this.linked = !this.linked;
    this.root.querySelector('[data-do="link"]')?.setAttribute("aria-pressed", this.linked);
  }

  // Where one picture is looked at, as shares of itself; the others follow. An eye's left is the other's left too.
  follow(pane) {
    if (!this.linked || this.guard || !pane.open || pane.figure.hidden) return;
    this.guard = true;
    const { viewport } = pane.osd;
    const zoom = viewport.getZoom() / viewport.getHomeZoom();
    const centre = viewport.getCenter();
    for (const other of this.panes.values()) {
      if (other === pane || !other.open || other.figure.hidden) continue;
      const view = other.osd.viewport;
      view.zoomTo(zoom * view.getHomeZoom());
      view.panTo(new OpenSeadragon.Point(centre.x, (centre.y / pane.aspect) * other.aspect));
      if (view.getRotation() !== viewport.getRotation()) view.setRotation(viewport.getRotation());
    }
    this.guard = false;
  }
}
