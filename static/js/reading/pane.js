// One picture on the screen: the small copy at once, every pixel in tiles on top of it, and where things lie on it.
import { all, find } from "../shell/find.js";
import * as ahead from "./ahead.js";
import { Layer } from "./layer.js";
import { source } from "./tiles.js";
import { headers } from "./token.js";

const RENEWED = 60000; // ms: a look that fails again so soon after another was begun has failed

/** What the page says of a picture. @param {DOMStringMap} dataset @returns {Reading.Picture} */
function described({ photo = "", src = "", look = "", width, height, spacing, ...facts }) {
  return { ...facts, photo, src, look, width: Number(width), height: Number(height), spacing: spacing?.split(",").map(Number) };
}

export class Pane {
  /**
   * @param {HTMLElement} figure
   * @param {(pane: Pane, opened?: boolean) => void} changed
   */
  constructor(figure, changed) {
    this.figure = figure;
    this.changed = changed;
    this.code = figure.dataset.pane ?? "";
    this.stage = find(HTMLElement, "[data-stage]", figure);
    this.way = "original";
    this.busy = this.failed = this.whole = this.stay = this.following = false;
    this.turn = this.renewed = 0;
    /** @type {OpenSeadragon.Viewer | null} */
    this.osd = null;
    /** @type {Layer | null} */
    this.layer = null;
    /** @type {HTMLImageElement | null} */
    this.heat = null;
    /** @type {Reading.Asked | null} */
    this.asked = null;
    /** @type {number[] | undefined} */
    this.window = undefined;
    this.picture = described(this.choice?.dataset ?? {});
    figure.querySelector("[data-photo]")?.setAttribute("aria-current", "true");
  }

  get choice() { return find(HTMLElement, '[data-photo][aria-pressed="true"]', this.figure); }
  get open() { return Boolean(this.osd?.world.getItemCount()); }
  /** The viewport, once there is something to see in it. */
  get view() { return this.osd && this.open ? this.osd.viewport : null; }
  get aspect() { return this.picture.height / this.picture.width; }
  get turned() { return this.view ? ((Math.round(this.view.getRotation()) % 360) + 360) % 360 : 0; }
  get mirrored() { return this.view?.getFlip() ?? false; }

  build() {
    if (this.osd || !this.stage) return;
    const osd = OpenSeadragon({
      element: this.stage, drawer: "canvas", showNavigationControl: false, crossOriginPolicy: false,
      animationTime: 0.25, maxZoomPixelRatio: 8, minZoomImageRatio: 0.8, visibilityRatio: 0.3, imageLoaderLimit: 6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { pinchRotate: false, dblClickToZoom: true },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
    });
    this.osd = osd;
    osd.canvas.setAttribute("role", "img");
    osd.canvas.setAttribute("aria-label", this.stage.getAttribute("aria-label") ?? "");
    this.watch(osd);
    this.layer = new Layer(this, this.stage, osd);
    this.show();
  }

  /** @param {OpenSeadragon.Viewer} osd */
  watch(osd) {
    // Its own keys would mirror an eye (f) unsaid: right would pass for left.
    osd.addHandler("canvas-key", (event) => { event.preventDefaultAction = true; });
    osd.addHandler("open-failed", () => this.fail());
    osd.addHandler("tile-load-failed", () => this.renew());
    osd.addHandler("rotate", () => this.changed(this));
    osd.addHandler("flip", () => this.changed(this));
    // A picture that is seen whole stays whole when it gets more or less room.
    osd.addHandler("zoom", () => { this.whole = this.seenWhole(); });
    osd.addHandler("pan", () => { this.whole = this.seenWhole(); });
    osd.addHandler("resize", () => { this.stay = this.whole; });
    // Later, because OpenSeadragon pans and zooms once more after its own "after-resize".
    osd.addHandler("after-resize", () => { if (this.stay) queueMicrotask(() => this.view?.goHome(true)); });
  }

  show() {
    this.picture = described(this.choice?.dataset ?? {});
    const { src, large } = this.picture;
    this.way = "original";
    this.failed = this.busy = false;
    this.osd?.addOnceHandler("open", () => {
      this.changed(this, true);
      if (large !== undefined) this.look({ way: "original" });
    });
    this.osd?.open({ tileSource: { type: "image", url: ahead.at(src) } });
  }

  /** Look at the picture in tiles, one way. @param {Reading.Asked} asked */
  async look(asked) {
    const turn = (this.turn += 1);
    const way = "way" in asked ? asked.way : "window";
    const { look, large } = this.picture;
    this.asked = asked;
    this.way = way;
    if (way === "original" && large === undefined) return this.cover(null, turn);
    this.busy = true;
    this.changed(this);
    const said = (way === "original" && ahead.look(look)) || (await this.ask(asked));
    if (turn !== this.turn) return;
    if (!said) return this.fail();
    this.window = said.window;
    this.cover(source(said, ahead.at), turn);
  }

  /** @param {Reading.Asked} asked @returns {Promise<Reading.Look | null>} */
  async ask(asked) {
    const answer = await fetch(this.picture.look, { method: "POST", headers: headers(), body: new URLSearchParams(asked) }).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  /**
   * Lay tiles over the small copy, and take away those of the way before once the new ones are whole.
   * @param {ReturnType<typeof source> | null} tileSource
   * @param {number} turn
   */
  cover(tileSource, turn) {
    if (!this.osd) return;
    const { world } = this.osd;
    const before = Array.from({ length: world.getItemCount() - 1 }, (_, n) => world.getItemAt(n + 1));
    const done = () => {
      if (turn !== this.turn) return;
      before.forEach((item) => world.removeItem(item));
      this.busy = this.failed = false;
      this.changed(this);
    };
    if (!tileSource) return done();
    this.osd.addTiledImage({
      tileSource, x: 0, y: 0, width: 1,
      success: (event) => {
        const { item } = /** @type {{ item: OpenSeadragon.TiledImage }} */ (/** @type {unknown} */ (event));
        if (item.getFullyLoaded()) done();
        else item.addOnceHandler("fully-loaded-change", done);
      },
      error: () => this.fail(),
    });
  }

  // A look ends after an hour; then another begins, and is written down.
  renew() {
    if (this.renewed && Date.now() - this.renewed < RENEWED) return this.fail();
    this.renewed = Date.now();
    if (this.asked && !this.failed) this.look(this.asked);
  }

  fail() {
    this.busy = false;
    this.failed = true;
    this.changed(this);
  }

  /** @param {HTMLElement} button */
  pick(button) {
    for (const other of all(HTMLElement, "[data-photo]", this.figure)) other.setAttribute("aria-pressed", String(other === button));
    this.layer?.clear();
    this.show();
  }

  seenWhole() {
    const viewport = this.osd?.viewport;
    if (!viewport) return false;
    const off = viewport.getCenter().minus(viewport.getHomeBounds().getCenter());
    return Math.abs(viewport.getZoom() / viewport.getHomeZoom() - 1) < 0.01 && Math.hypot(off.x, off.y) < 0.01;
  }

  // --- where a point of the picture lies on the stage, and back
  /** @param {Reading.Place} place */
  toStage({ u, v }) {
    const { view, stage } = this;
    if (!view || !stage) return { x: 0, y: 0 };
    const point = view.pixelFromPoint(new OpenSeadragon.Point(u, v * this.aspect), true);
    return { x: this.mirrored ? stage.clientWidth - point.x : point.x, y: point.y };
  }

  /** @param {Reading.Point} point */
  toPicture({ x, y }) {
    const { view, stage } = this;
    if (!view || !stage) return { u: 0, v: 0 };
    const at = new OpenSeadragon.Point(this.mirrored ? stage.clientWidth - x : x, y);
    const point = view.pointFromPixel(at, true);
    return { u: Math.min(1, Math.max(0, point.x)), v: Math.min(1, Math.max(0, point.y / this.aspect)) };
  }

  /** @param {string} words */
  say(words) {
    const state = this.figure.querySelector("[data-state]");
    if (state && state.textContent !== words) state.textContent = words;
  }

  destroy() { this.osd?.destroy(); }
}
