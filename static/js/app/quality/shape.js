// Shapes in masks: masks are bytes, 0 or 1, row by row.

/** @param {number} radius */
function disc(radius) {
  const spans = [];
  for (let y = -radius; y <= radius; y++) spans.push([y, Math.round(Math.sqrt(radius * radius - y * y))]);
  return spans;
}

/**
 * Whether every (or any) pixel of the disc around each pixel is set; beyond the edge counts as `outside`.
 * @param {Quality.Mask} mask
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 * @param {boolean} all
 * @param {boolean} outside
 */
function morph(mask, width, height, radius, all, outside) {
  const sums = rowSums(mask, width, height);
  const out = new Uint8Array(mask.length);
  const spans = disc(radius);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[y * width + x] = fits(sums, width, height, x, y, spans, all, outside) ? 1 : 0;
  }
  return out;
}

/**
 * @param {Quality.Mask} mask
 * @param {number} width
 * @param {number} height
 */
function rowSums(mask, width, height) {
  const sums = new Int32Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sums[y * (width + 1) + x + 1] = sums[y * (width + 1) + x] + mask[y * width + x];
  }
  return sums;
}

/**
 * @param {Int32Array} sums
 * @param {number} width
 * @param {number} height
 * @param {number} x
 * @param {number} y
 * @param {number[][]} spans
 * @param {boolean} all
 * @param {boolean} outside
 */
function fits(sums, width, height, x, y, spans, all, outside) {
  for (const [down, reach] of spans) {
    const row = y + down;
    if (row < 0 || row >= height) {
      if (all && !outside) return false;
      continue;
    }
    const from = Math.max(0, x - reach);
    const until = Math.min(width, x + reach + 1);
    const set = sums[row * (width + 1) + until] - sums[row * (width + 1) + from];
    if (all && (set < until - from || (!outside && until - from < 2 * reach + 1))) return false;
    if (!all && set > 0) return true;
  }
  return all;
}

/**
 * Only what a disc of this radius fits into: parts date stamps and reflections from the field.
 * @param {Quality.Mask} mask
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
export function open(mask, width, height, radius) {
  return morph(morph(mask, width, height, radius, true, true), width, height, radius, false, false);
}

/**
 * The mask without its rim; the picture's edge is a rim too.
 * @param {Quality.Mask} mask
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
export function inner(mask, width, height, radius) {
  return morph(mask, width, height, radius, true, false);
}

/**
 * The largest connected part: { size, points } with the points of its outline; null where nothing is set.
 * @param {Quality.Mask} mask
 * @param {number} width
 * @param {number} height
 */
export function largest(mask, width, height) {
  const seen = new Uint8Array(mask.length);
  const stack = new Int32Array(mask.length);
  let best = null;
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || seen[start]) continue;
    const part = flood(mask, seen, stack, start, width, height);
    if (!best || part.size > best.size) best = part;
  }
  return best;
}

/**
 * @param {Quality.Mask} mask
 * @param {Uint8Array} seen
 * @param {Int32Array} stack
 * @param {number} start
 * @param {number} width
 * @param {number} height
 * @returns {Quality.Part}
 */
function flood(mask, seen, stack, start, width, height) {
  let top = 0;
  let size = 0;
  const ends = new Map(); // per row the outermost pixels: enough for a hull
  stack[top++] = start;
  seen[start] = 1;
  while (top) {
    const at = stack[--top];
    const x = at % width;
    const y = (at - x) / width;
    size += 1;
    const row = ends.get(y);
    if (!row) ends.set(y, [x, x]);
    else if (x < row[0]) row[0] = x;
    else if (x > row[1]) row[1] = x;
    for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++) {
      for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
        const next = j * width + i;
        if (mask[next] && !seen[next]) {
          seen[next] = 1;
          stack[top++] = next;
        }
      }
    }
  }
  return { size, points: [...ends].flatMap(([y, [from, until]]) => [[from, y], [until, y]]) };
}

/**
 * Corners of the convex hull, in order.
 * @param {Quality.Corner[]} points
 */
export function hull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (sorted.length < 3) return sorted;
  /** @param {Quality.Corner[]} list */
  const half = (list) => {
    /** @type {Quality.Corner[]} */
    const chain = [];
    for (const p of list) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], p) <= 0) chain.pop();
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/**
 * @param {Quality.Corner} a
 * @param {Quality.Corner} b
 * @param {Quality.Corner} c
 */
function turn(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/**
 * The filled hull as a mask.
 * @param {Quality.Corner[]} corners
 * @param {number} width
 * @param {number} height
 */
export function fill(corners, width, height) {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let from = Infinity;
    let until = -Infinity;
    for (let i = 0; i < corners.length; i++) {
      const [ax, ay] = corners[i];
      const [bx, by] = corners[(i + 1) % corners.length];
      if (y < Math.min(ay, by) || y > Math.max(ay, by)) continue;
      const xs = ay === by ? [ax, bx] : [ax + ((bx - ax) * (y - ay)) / (by - ay)];
      from = Math.min(from, ...xs);
      until = Math.max(until, ...xs);
    }
    for (let x = Math.max(0, Math.ceil(from - 1e-6)); x <= Math.min(width - 1, Math.floor(until + 1e-6)); x++) mask[y * width + x] = 1;
  }
  return mask;
}

/**
 * The smallest circle around the points: { x, y, radius }.
 * @param {Quality.Corner[]} points
 * @returns {Quality.Circle}
 */
export function circle(points) {
  /** @type {Quality.Circle} */
  let found = { x: points[0][0], y: points[0][1], radius: 0 };
  for (let i = 1; i < points.length; i++) {
    if (inside(found, points[i])) continue;
    found = { x: points[i][0], y: points[i][1], radius: 0 };
    for (let j = 0; j < i; j++) {
      if (inside(found, points[j])) continue;
      found = between(points[i], points[j]);
      for (let k = 0; k < j; k++) if (!inside(found, points[k])) found = through(points[i], points[j], points[k]) ?? found;
    }
  }
  return found;
}

/**
 * @param {Quality.Circle} c
 * @param {Quality.Corner} point
 */
function inside(c, [x, y]) {
  return Math.hypot(x - c.x, y - c.y) <= c.radius + 1e-6;
}

/**
 * @param {Quality.Corner} a
 * @param {Quality.Corner} b
 * @returns {Quality.Circle}
 */
function between(a, b) {
  return { x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2, radius: Math.hypot(a[0] - b[0], a[1] - b[1]) / 2 };
}

/**
 * @param {Quality.Corner} a
 * @param {Quality.Corner} b
 * @param {Quality.Corner} c
 * @returns {Quality.Circle | null} null where the three lie on one line
 */
function through(a, b, c) {
  const d = 2 * turn(a, b, c);
  if (!d) return null;
  /** @param {Quality.Corner} point */
  const square = ([x, y]) => x * x + y * y;
  const x = (square(a) * (b[1] - c[1]) + square(b) * (c[1] - a[1]) + square(c) * (a[1] - b[1])) / d;
  const y = (square(a) * (c[0] - b[0]) + square(b) * (a[0] - c[0]) + square(c) * (b[0] - a[0])) / d;
  return { x, y, radius: Math.hypot(a[0] - x, a[1] - y) };
}
