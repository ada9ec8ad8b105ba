// One picture on the screen: the small copy at once, every pixel in tiles on top of it, and where things lie on it.
import * as ahead from "./ahead.js";
import { Layer } from "./layer.js";
import { source } from "./tiles.js";
import { headers } from "./token.js";

export class Pane {
  constructor(figure, changed) {
    Object.assign(this, { figure, changed, code: figure.dataset.pane, stage: figure.querySelector("[data-stage]"), way: "original" });
    figure.querySelector("[data-photo]")?.setAttribute("aria-current", "true");
  }

  get choice() { return this.figure.querySelector('[data-photo][aria-pressed="true"]'); }
  get open() { return Boolean(this.osd?.world.getItemCount()); }
  get aspect() { return this.picture.height / this.picture.width; }
  get turned() { return this.open ? ((Math.round(this.osd.viewport.getRotation()) % 360) + 360) % 360 : 0; }
  get mirrored() { return this.open && this.osd.viewport.getFlip(); }

  build() {
    if (this.osd || !this.stage) return;
    this.osd = OpenSeadragon({
      element: this.stage, drawer: "canvas", showNavigationControl: false, crossOriginPolicy: false,
      animationTime: 0.25, maxZoomPixelRatio: 8, minZoomImageRatio: 0.8, visibilityRatio: 0.3, imageLoaderLimit: 6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { pinchRotate: false, dblTapToZoom: true },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
    });
    this.osd.canvas.setAttribute("role", "img");
    this.osd.canvas.setAttribute("aria-label", this.stage.getAttribute("aria-label"));
    // Its own keys would mirror an eye (f) unsaid: right would pass for left.
    this.osd.addHandler("canvas-key", (event) => { event.preventDefaultAction = true; });
    this.osd.addHandler("open-failed", () => this.fail());
    this.osd.addHandler("tile-load-failed", () => this.renew());
    for (const sign of ["rotate", "flip"]) this.osd.addHandler(sign, () => this.changed(this));
    // A picture that is seen whole stays whole when it gets more or less room.
    for (const sign of ["zoom", "pan"]) this.osd.addHandler(sign, () => { this.whole = this.seenWhole(); });
    this.osd.addHandler("resize", () => { this.stay = this.whole; });
    // Later, because OpenSeadragon pans and zooms once more after its own "after-resize".
    this.osd.addHandler("after-resize", () => { if (this.stay) queueMicrotask(() => this.open && this.osd.viewport.goHome(true)); });
    this.layer = new Layer(this);
    this.show();
  }

  show() {
    const { dataset } = this.choice;
    const spacing = dataset.spacing?.split(",").map(Number);
    this.picture = { ...dataset, width: Number(dataset.width), height: Number(dataset.height), spacing };
    this.way = "original";
    this.failed = this.busy = false;
    this.osd.addOnceHandler("open", () => {
      this.changed(this, true);
      if ("large" in dataset) this.look({ way: "original" });
    });
    this.osd.open({ type: "image", url: ahead.at(dataset.src) });
  }

  // Look at the picture in tiles, one way; `asked` is {way} or {centre, width} of a window on a film's 16 bits.
  async look(asked) {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const plain = asked.way === "original" && !("large" in this.picture);
    this.asked = asked;
    this.way = asked.way ?? "window";
    if (plain) return this.cover(null, turn);
    this.busy = true;
    this.changed(this);
    const said = (asked.way === "original" && ahead.look(this.picture.look)) || (await this.ask(asked));
    if (turn !== this.turn) return;
    if (!said) return this.fail();
    this.window = said.window;
    this.cover(source(said, ahead.at), turn);
  }

  async ask(asked) {
    const answer = await fetch(this.picture.look, { method: "POST", headers: headers(), body: new URLSearchParams(asked) }).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  // Lay tiles over the small copy, and take away those of the way before once the new ones are whole.
  cover(tileSource, turn) {
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
      success: ({ item }) => (item.getFullyLoaded() ? done() : item.addOnceHandler("fully-loaded-change", done)),
      error: () => this.fail(),
    });
  }

  // A look ends after an hour; then another begins, and is written down.
  renew() {
    if (this.renewed && Date.now() - this.renewed < 60000) return this.fail();
    this.renewed = Date.now();
    if (this.asked && !this.failed) this.look(this.asked);
  }

  fail() {
    this.busy = false;
    this.failed = true;
    this.changed(this);
  }

  pick(button) {
    for (const other of this.figure.querySelectorAll("[data-photo]")) other.setAttribute("aria-pressed", other === button);
    this.layer.clear();
    this.show();
  }

  seenWhole() {
    const { viewport } = this.osd;
    const off = viewport.getCenter().minus(viewport.getHomeBounds().getCenter());
    return Math.abs(viewport.getZoom() / viewport.getHomeZoom() - 1) < 0.01 && Math.hypot(off.x, off.y) < 0.01;
  }

  // --- where a point of the picture (shares of its width and height) lies on the stage, and back
  toStage({ u, v }) {
    const point = this.osd.viewport.pixelFromPoint(new OpenSeadragon.Point(u, v * this.aspect), true);
    return { x: this.mirrored ? this.stage.clientWidth - point.x : point.x, y: point.y };
  }

  toPicture({ x, y }) {
    const at = new OpenSeadragon.Point(this.mirrored ? this.stage.clientWidth - x : x, y);
    const point = this.osd.viewport.pointFromPixel(at, true);
    return { u: Math.min(1, Math.max(0, point.x)), v: Math.min(1, Math.max(0, point.y / this.aspect)) };
  }

  say(words) {
    const state = this.figure.querySelector("[data-state]");
    if (state && state.textContent !== words) state.textContent = words;
  }

  destroy() { this.osd?.destroy(); }
}
