// What every tool does, by its name: buttons, keys and menus ask for the same deeds.
import { bench } from "./bench.js";
import { cupDisc, measure, MEASURES } from "./measure.js";

/** Change the tone and show it. */
export const toned = (change) => (b) => { change(b.tone); b.tone.apply(b.panes.values()); b.sayAll(); };
const pan = (x, y) => (b) => b.view?.panBy(b.view.deltaPointsFromPixels(new OpenSeadragon.Point(b.pane.mirrored ? -x : x, y)));
const way = (name) => (b) => {
  if (!b.pane.open || (name !== "original" && name !== "clahe" && !b.pane.picture.deep)) return;
  b.pane.look({ way: b.pane.way === name ? "original" : name });
};
const measuring = (kind) => (b) => measure(b.pane, kind, (pane, said) => b.measured(pane, said));

const DEEDS = {
  "zoom-in": (b) => b.view?.zoomBy(1.4), "zoom-out": (b) => b.view?.zoomBy(1 / 1.4),
  home: (b) => { b.view?.setRotation(0); b.view?.setFlip(false); b.view?.goHome(); },
  turn: (b) => b.view?.setRotation(b.view.getRotation() + 90), flip: (b) => b.view?.toggleFlip(),
  left: pan(-80, 0), right: pan(80, 0), up: pan(0, -80), down: pan(0, 80),
  darker: toned((t) => t.shift("brightness", -5)), brighter: toned((t) => t.shift("brightness", 5)),
  flatter: toned((t) => t.shift("contrast", -5)), harder: toned((t) => t.shift("contrast", 5)),
  inverted: toned((t) => { t.inverted = !t.inverted; }),
  redfree: (b) => b.root.querySelector('[data-flag="redfree"]') && toned((t) => { t.redfree = !t.redfree; })(b),
  reset: (b) => { toned((t) => t.reset())(b); for (const p of b.panes.values()) if (p.open && p.way !== "original") p.look({ way: "original" }); },
  original: way("original"), clahe: way("clahe"), lung: way("lung"), soft: way("soft"), bone: way("bone"),
  heat: (b) => b.heat.toggle(b.panes),
  earlier: (b) => b.compare.earlier(b.active), link: (b) => { b.compare.link(); b.compare.follow(b.pane); },
  "show-OD": (b) => see(b, "OD"), "show-OS": (b) => see(b, "OS"), "show-all": (b) => see(b, "all"),
  "next-photo": nextPhoto, mark: (b) => b.marks.begin(b.pane),
  unmeasure: (b) => { for (const p of b.panes.values()) p.layer?.clear(MEASURES); b.measured(b.pane, ""); },
  "enter-cup": enterCup, screen,
  ...Object.fromEntries(MEASURES.map((kind) => [`measure-${kind}`, measuring(kind)])),
};

function see(b, which) {
  if (which !== "all" && !b.panes.has(which)) return;
  b.compare.show(which);
  if (which !== "all") b.activate(which);
}

function nextPhoto(b) {
  const buttons = [...b.pane.figure.querySelectorAll("button[data-photo]")];
  if (buttons.length) b.pane.pick(buttons[(buttons.indexOf(b.pane.choice) + 1) % buttons.length]);
}

function enterCup(b) {
  const field = document.querySelector(`[name="${b.active}-cup_disc"]`);
  if (!field || cupDisc(b.pane) === null) return;
  field.closest("details").open = true;
  field.value = cupDisc(b.pane).toFixed(2);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// The whole desk, not the picture alone: whose picture it is stays on the screen.
function screen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.getElementById("main").requestFullscreen?.();
}

/** Do it, where there is a viewer and such a deed. */
export function act(name) {
  if (bench) DEEDS[name]?.(bench);
}
