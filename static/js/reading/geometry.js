// Lengths, angles and shapes on a picture. Points of a picture are shares of its width and height: { u, v }.

/**
 * The length between two points in pixels of the full picture, and in millimetres if the film says how large a pixel is.
 * @param {Reading.Size} picture
 * @param {Reading.Place} a
 * @param {Reading.Place} b
 */
export function span({ width, height, spacing }, a, b) {
  const across = (b.u - a.u) * width;
  const down = (b.v - a.v) * height;
  const [row = 0, column = 0] = spacing ?? [];
  return { pixels: Math.hypot(across, down), mm: row ? Math.hypot(across * column, down * row) : null };
}

/**
 * The angle at the middle point, in degrees from 0 to 180.
 * @param {Reading.Size} picture
 * @param {Reading.Place[]} points
 */
export function angle({ width, height, spacing }, [a, corner, b]) {
  const [row = 1, column = 1] = spacing ?? [];
  /** @param {Reading.Place} p */
  const arm = (p) => Math.atan2((p.v - corner.v) * height * row, (p.u - corner.u) * width * column);
  const turn = Math.abs(arm(a) - arm(b)) * (180 / Math.PI);
  return turn > 180 ? 360 - turn : turn;
}

/**
 * Cup to disc, from the top of the disc, the top and bottom of the cup, and the bottom of the disc.
 * @param {Reading.Size} picture
 * @param {Reading.Place[]} points
 */
export const cupToDisc = (picture, [top, cupTop, cupBottom, bottom]) =>
  span(picture, cupTop, cupBottom).pixels / span(picture, top, bottom).pixels;

/**
 * Heart to chest, across the picture: the chest's right, the heart's right and left, the chest's left.
 * @param {Reading.Place[]} points
 */
export const heartToChest = ([right, heartRight, heartLeft, left]) =>
  Math.abs(heartLeft.u - heartRight.u) / Math.max(1e-6, Math.abs(left.u - right.u));

/** @type {(a: Reading.Point, b: Reading.Point) => Reading.Shape} */
export const line = (a, b) => ["line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y }];

/**
 * An ellipse whose top and bottom are two points of the stage, a little narrower than high, as discs are.
 * @type {(top: Reading.Point, bottom: Reading.Point, name: string) => Reading.Shape}
 */
export function oval(top, bottom, name) {
  const high = Math.hypot(bottom.x - top.x, bottom.y - top.y) / 2;
  const lean = (Math.atan2(bottom.y - top.y, bottom.x - top.x) * 180) / Math.PI - 90;
  const x = (top.x + bottom.x) / 2;
  const y = (top.y + bottom.y) / 2;
  return ["ellipse", { class: name, cx: x, cy: y, rx: high * 0.93, ry: high, transform: `rotate(${lean} ${x} ${y})` }];
}

/**
 * The ellipse inside the box between two corners; never too small to be seen.
 * @type {(corners: Reading.Point[], name: string) => Reading.Shape}
 */
export const within = ([a, b], name) => ["ellipse", {
  class: name, cx: (a.x + b.x) / 2, cy: (a.y + b.y) / 2,
  rx: Math.max(2, Math.abs(a.x - b.x) / 2), ry: Math.max(2, Math.abs(a.y - b.y) / 2),
}];
