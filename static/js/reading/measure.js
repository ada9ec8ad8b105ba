// Measuring: ruler, angle, cup and disc, heart and chest. Millimetres only where the film says how large a pixel is.
import { angle, cupToDisc, heartToChest, line, oval, span } from "./geometry.js";
import { number, words } from "./words.js";

/**
 * What can be measured. `at`: where the handles appear, in reaches right of and below the middle of the stage.
 * @typedef {{ at: [number, number][], names: string[], shapes: (points: Reading.Point[]) => Reading.Shape[],
 *   label: (pane: Reading.Pane, points: Reading.Place[]) => string }} Kind
 */

/** @param {Reading.Pane} pane */
const disc = (pane) => pane.layer?.figures.find((figure) => figure.kind === "disc");

/** @type {(pane: Reading.Pane, a: Reading.Place, b: Reading.Place) => string} */
function length(pane, a, b) {
  const { picture } = pane;
  const { pixels, mm } = span(picture, a, b);
  const from = picture.spacingFrom === "ImagerPixelSpacing" ? "mm-detector" : "mm";
  if (mm !== null) return words(from, { n: number(mm) });
  const known = disc(pane);
  const discs = known && pixels / span(picture, known.points[0], known.points[3]).pixels;
  return words(discs ? "pixels-discs" : "pixels", { n: number(pixels, 0), discs: discs && number(discs) });
}

/** @type {(p: Reading.Point, n: number) => Reading.Shape} */
const upright = (p, n) => ["line", { class: n % 3 ? "inner" : "outer", x1: p.x, y1: p.y - 60, x2: p.x, y2: p.y + 60 }];

/** @type {Record<string, Kind>} */
const KINDS = {
  ruler: {
    at: [[-1, 0], [1, 0]], names: ["end", "end"], shapes: ([a, b]) => [line(a, b)],
    label: (pane, p) => length(pane, p[0], p[1]),
  },
  angle: {
    at: [[-1, 0.5], [0, -0.5], [1, 0.5]], names: ["end", "corner", "end"], shapes: ([a, b, c]) => [line(a, b), line(b, c)],
    label: (pane, p) => words("degrees", { n: number(angle(pane.picture, p)) }),
  },
  disc: {
    at: [[0, -1], [0, -0.5], [0, 0.5], [0, 1]], names: ["disc-top", "cup-top", "cup-bottom", "disc-bottom"],
    shapes: ([a, b, c, d]) => [oval(a, d, "outer"), oval(b, c, "inner")],
    label: (pane, p) => words("cup-disc", { n: number(cupToDisc(pane.picture, p), 2) }),
  },
  heart: {
    at: [[-2, 0.6], [-0.8, 0.4], [1, 0.4], [2, 0.6]], names: ["chest-right", "heart-right", "heart-left", "chest-left"],
    shapes: (points) => [line(points[0], points[3]), ...points.map(upright)],
    label: (pane, p) => words(pane.picture.position === "AP" ? "heart-chest-ap" : "heart-chest", { n: number(heartToChest(p), 2) }),
  },
};

export const MEASURES = Object.keys(KINDS);

/**
 * Put a measure into the middle of the picture; its first handle has the focus, so the arrow keys move it at once.
 * @param {Reading.Pane | undefined} pane
 * @param {string} kind
 * @param {(pane: Reading.Pane, said: string) => void} tell
 */
export function measure(pane, kind, tell) {
  if (!pane?.open || !pane.layer) return;
  const { at, names, shapes, label } = KINDS[kind];
  if (kind === "disc" || kind === "heart") pane.layer.clear([kind]);
  const { x, y, reach } = pane.layer.middle();
  /** @param {Reading.Figure} figure */
  const said = ({ points }) => label(pane, points);
  /** @param {Reading.Figure} one */
  const shown = (one) => tell(pane, said(one));
  const figure = pane.layer.add({
    kind, shapes, names: names.map((name) => words(`handle-${name}`)),
    points: at.map(([right, down]) => pane.toPicture({ x: x + right * reach, y: y + down * reach })),
    label: said, live: shown, moved: shown, gone: () => tell(pane, ""),
    enter: kind === "disc" ? () => document.dispatchEvent(new CustomEvent("desk:do", { detail: "enter-cup" })) : null,
  });
  figure.handles[0].focus();
  shown(figure);
}

/** The cup–disc ratio as drawn on a picture, to take over into the sheet; null where none is drawn. @param {Reading.Pane} [pane] */
export function cupDisc(pane) {
  const drawn = pane && disc(pane);
  return drawn ? cupToDisc(pane.picture, drawn.points) : null;
}
