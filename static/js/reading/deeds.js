// What every tool does, by its name: buttons, keys and menus ask for the same deeds.
import { all, find } from "../shell/find.js";
import { bench, Bench } from "./bench.js";
import { SHOW } from "./keys.js";
import { cupDisc, measure, MEASURES } from "./measure.js";
import { Tone } from "./tone.js";

/** @typedef {(b: Bench) => unknown} Deed */

/** Change the tone and show it. @param {(tone: Tone) => void} change @returns {Deed} */
export const toned = (change) => (b) => { change(b.tone); b.tone.apply(b.panes.values()); b.sayAll(); };
/** @param {number} x @param {number} y @returns {Deed} */
const pan = (x, y) => (b) => b.view?.panBy(b.view.deltaPointsFromPixels(new OpenSeadragon.Point(b.pane?.mirrored ? -x : x, y)));
/** @param {string} name @returns {Deed} */
const way = (name) => ({ pane, root }) => {
  if (!pane?.open || !root.querySelector(`[data-way="${name}"]`)) return;
  if (name !== "original" && name !== "clahe" && !pane.picture.deep) return;
  pane.look({ way: pane.way === name ? "original" : name });
};
/** @param {string} kind @returns {Deed} */
const measuring = (kind) => (b) => measure(b.pane, kind, (_pane, said) => b.measured(said));

/** @type {Record<string, Deed>} */
const DEEDS = {
  "zoom-in": (b) => b.view?.zoomBy(1.4), "zoom-out": (b) => b.view?.zoomBy(1 / 1.4),
  home: (b) => { b.view?.setRotation(0); b.view?.setFlip(false); b.view?.goHome(); },
  turn: (b) => b.view?.setRotation(b.view.getRotation() + 90), flip: (b) => b.view?.toggleFlip(),
  left: pan(-80, 0), right: pan(80, 0), up: pan(0, -80), down: pan(0, 80),
  darker: toned((t) => t.shift("brightness", -5)), brighter: toned((t) => t.shift("brightness", 5)),
  flatter: toned((t) => t.shift("contrast", -5)), harder: toned((t) => t.shift("contrast", 5)),
  inverted: toned((t) => t.flip("inverted")),
  redfree: (b) => b.root.querySelector('[data-flag="redfree"]') && toned((t) => t.flip("redfree"))(b),
  reset: (b) => { toned((t) => t.reset())(b); for (const p of b.panes.values()) if (p.open && p.way !== "original") p.look({ way: "original" }); },
  original: way("original"), clahe: way("clahe"), lung: way("lung"), soft: way("soft"), bone: way("bone"),
  heat: (b) => b.heat.toggle(b.panes),
  earlier: (b) => b.compare.earlier(b.active), link: (b) => { b.compare.link(); if (b.pane) b.compare.follow(b.pane); },
  "next-photo": nextPhoto, mark: (b) => b.marks.begin(b.pane),
  unmeasure: (b) => { for (const p of b.panes.values()) p.layer?.clear(MEASURES); b.measured(""); },
  "enter-cup": enterCup, screen,
  ...Object.fromEntries(MEASURES.map((kind) => [`measure-${kind}`, measuring(kind)])),
};

/** @param {Bench} b @param {string} which */
function see(b, which) {
  if (which !== "all" && !b.panes.has(which)) return;
  b.compare.show(which);
  if (which !== "all") b.activate(which);
}

/** @param {Bench} b */
function nextPhoto({ pane }) {
  const buttons = pane ? all(HTMLButtonElement, "button[data-photo]", pane.figure) : [];
  const at = buttons.findIndex((button) => button === pane?.choice);
  if (buttons.length) pane?.pick(buttons[(at + 1) % buttons.length]);
}

/** @param {Bench} b */
function enterCup(b) {
  const field = find(HTMLInputElement, `[name="${b.active}-cup_disc"]`);
  const ratio = cupDisc(b.pane);
  if (!field || ratio === null) return;
  field.closest("details")?.setAttribute("open", "");
  field.value = ratio.toFixed(2);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// The whole desk, not the picture alone: whose picture it is stays on the screen.
function screen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.getElementById("main")?.requestFullscreen?.();
}

/** Do it, where there is a viewer and such a deed. @param {string} name */
export function act(name) {
  if (!bench) return;
  if (name.startsWith(SHOW)) see(bench, name.slice(SHOW.length));
  else DEEDS[name]?.(bench);
}
