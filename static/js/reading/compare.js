// Which pictures stand side by side: the views of today, or today and an earlier visit; and moving them together.
import { all } from "../shell/find.js";

const BEFORE = "-before"; // ends the code of a view's pane for the earlier visit

export class Compare {
  /**
   * @param {HTMLElement} root
   * @param {Reading.Panes} panes
   * @param {(code: string) => void} activate
   */
  constructor(root, panes, activate) {
    this.root = root;
    this.panes = panes;
    this.activate = activate;
    this.linked = this.guard = this.beside = false;
    const today = [...panes.keys()].filter((code) => !code.endsWith(BEFORE));
    this.shown = today.length > 1 ? "all" : today[0];
  }

  /** @param {string} code */
  before(code) { return this.panes.get(`${code.replace(BEFORE, "")}${BEFORE}`); }

  /** @param {string} which a view's code, or "all" of today's */
  show(which) {
    this.shown = which;
    this.beside = false;
    this.lay();
  }

  /** The earlier visit beside today's picture of the view that is looked at. @param {string} active */
  earlier(active) {
    const code = active.replace(BEFORE, "");
    if (!this.before(code)) return;
    this.beside = !this.beside;
    if (this.beside) this.shown = code;
    else this.shown = [...this.panes.keys()].filter((each) => !each.endsWith(BEFORE)).length > 1 ? "all" : code;
    this.lay();
    this.activate(code);
  }

  lay() {
    for (const [code, pane] of this.panes) {
      const today = this.shown === "all" || this.shown === code;
      const visible = code.endsWith(BEFORE) ? this.beside && code === `${this.shown}${BEFORE}` : today;
      pane.figure.hidden = !visible;
    }
    // Only now: a picture that is built beside one about to go would be laid out for half the room.
    for (const pane of this.panes.values()) if (!pane.figure.hidden) pane.build();
    for (const button of all(HTMLElement, "[data-show]", this.root)) {
      button.setAttribute("aria-pressed", String(!this.beside && button.dataset.show === this.shown));
    }
    this.root.querySelector('[data-do="earlier"]')?.setAttribute("aria-pressed", String(this.beside));
  }

  link() {
    this.linked = !this.linked;
    this.root.querySelector('[data-do="link"]')?.setAttribute("aria-pressed", String(this.linked));
  }

  /**
   * Where one picture is looked at, as shares of itself; the others follow. What is left in one is left in the other.
   * @param {Reading.Pane} pane
   */
  follow(pane) {
    const viewport = pane.view;
    if (!this.linked || this.guard || !viewport || pane.figure.hidden) return;
    this.guard = true;
    const zoom = viewport.getZoom() / viewport.getHomeZoom();
    const centre = viewport.getCenter();
    for (const other of this.panes.values()) {
      const view = other.view;
      if (other === pane || !view || other.figure.hidden) continue;
      view.zoomTo(zoom * view.getHomeZoom());
      view.panTo(new OpenSeadragon.Point(centre.x, (centre.y / pane.aspect) * other.aspect));
      if (view.getRotation() !== viewport.getRotation()) view.setRotation(viewport.getRotation());
    }
    this.guard = false;
  }
}
