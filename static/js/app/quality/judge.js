// Is this photo fit to send, and if not, why? The measures, limits and codes of the server's inference/picture/gradability.py, and
// four more (covered, coarse, tint, round) for what only the server's trained gate would see; tests/bench holds what they reach.
import { fieldOf } from "./field.js";
import { band, deviation, percentile, plane, resize, share, unexplained, within } from "./plane.js";
import { inner, largest } from "./shape.js";

const WORKING_SIDE = 384;
const SMALLEST_SIDE = 400;
const DARK = { median: 35, pixel: 40, share: 0.35 };
const BRIGHT = { median: 200, pixel: 235, share: 0.3 };
const EYE = { white: 200, whiteShare: 0.05, detail: 1.1, tooMuch: 6, warmth: 3, seen: 0.55, lit: 0.8, coarse: 11.8 };
const BLOCK = 24; // working pixels
const COVERED = { detail: 0.3, share: 0.2, contrast: 14 };
const RIM = { seen: 0.64, lit: 0.945 };
const FILM = { sharpness: 0.24, contrast: 12, dark: 50, colour: 45, flat: 0.3, tooMuch: 6, tint: 6 };
const ROUND = { outside: 0.1, lit: 0.93 };

/** @type {Record<string, [measure: (rgb: Quality.Colours) => any, reasonOf: (measures: any) => string | null]>} */
const KINDS = { eye: [eyeMeasures, eyeReason], film: [filmMeasures, filmReason], light: [filmMeasures, lightReason] };

/**
 * The verdict on RGBA pixels { width, height, data } of a photo whose shorter side was `side` pixels. `kind`: one of KINDS, as the
 * programme declares it; any other is judged by its light.
 * `reason` is null where it is fit, else one of: not_retina, not_chest, blurred, too_dark, too_bright, glare,
 * field_cut_off, too_small.
 * @param {Quality.Pixels} pixels
 * @param {string} kind
 * @param {number} [side]
 * @returns {Quality.Verdict}
 */
export function judge(pixels, kind, side = Math.min(pixels.width, pixels.height)) {
  const rgb = planes(pixels);
  const [measure, reasonOf] = KINDS[kind] ?? KINDS.light;
  const measures = measure(rgb);
  return { reason: side < SMALLEST_SIDE ? "too_small" : reasonOf(measures), measures };
}

/** @param {Quality.Pixels} photo */
function planes({ width, height, data }) {
  const three = [plane(width, height), plane(width, height), plane(width, height)];
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) three[c].data[i] = data[4 * i + c];
  return three;
}

/**
 * @param {Quality.Colours} rgb
 * @param {(r: number, g: number, b: number) => number} how
 */
function mix(rgb, how) {
  const [r, g, b] = rgb.map((one) => one.data);
  const out = plane(rgb[0].width, rgb[0].height);
  for (let i = 0; i < out.data.length; i++) out.data[i] = how(r[i], g[i], b[i]);
  return out;
}

/** @param {Quality.Colours} rgb */
const brightest = (rgb) => mix(rgb, Math.max);
/** @param {Quality.Colours} rgb */
const gray = (rgb) => mix(rgb, (r, g, b) => 0.299 * r + 0.587 * g + 0.114 * b);

/**
 * @param {Quality.Plane} from
 * @param {Quality.Box} box
 */
function crop(from, box) {
  const out = plane(box.width, box.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.y + y) * from.width + box.x;
    out.data.set(from.data.subarray(start, start + box.width), y * box.width);
  }
  return out;
}

/** @param {Quality.Colours} rgb */
function working(rgb) {
  const scale = WORKING_SIDE / Math.max(rgb[0].width, rgb[0].height);
  const [width, height] = [rgb[0].width, rgb[0].height].map((one) => Math.max(24, Math.round(one * scale)));
  return rgb.map((one) => resize(one, width, height));
}

/** @param {Quality.Light} m */
function lightReason(m) {
  if (m.light < DARK.median || m.darkShare > DARK.share) return "too_dark";
  return m.light > BRIGHT.median || m.burntShare > BRIGHT.share ? "too_bright" : null;
}

/** @param {Quality.Eye} m */
function eyeReason(m) {
  const light = lightReason(m);
  if (light) return light;
  if (m.warmth < EYE.warmth || m.detail > EYE.tooMuch) return "not_retina";
  if (m.whiteShare > EYE.whiteShare) return "glare";
  if (m.seen < EYE.seen || m.lit < EYE.lit || (m.seen < RIM.seen && m.lit < RIM.lit)) return "field_cut_off";
  if (m.coarse > EYE.coarse) return "not_retina";
  if (m.covered > COVERED.share && m.detail >= EYE.detail) return "field_cut_off";
  return m.detail < EYE.detail ? "blurred" : null;
}

/** @param {Quality.Film} m */
function filmReason(m) {
  if (m.colour > FILM.colour || m.detail > FILM.tooMuch) return "not_chest";
  if (m.burntShare > BRIGHT.share) return "too_bright";
  if (m.flatShare > FILM.flat || m.tint > FILM.tint || m.round) return "not_chest";
  if (m.light < FILM.dark) return "too_dark";
  return m.sharpness < FILM.sharpness || m.contrast < FILM.contrast ? "blurred" : null;
}

/**
 * @param {Quality.Colours} rgb
 * @param {Quality.Mask} mask
 */
function lightMeasures(rgb, mask) {
  const levels = within(gray(rgb), mask);
  return {
    light: percentile(levels, 50),
    darkShare: share(within(brightest(rgb), mask), (value) => value < DARK.pixel),
    burntShare: share(levels, (value) => value > BRIGHT.pixel),
  };
}

/**
 * @param {Quality.Colours} rgb
 * @returns {Quality.Eye}
 */
function eyeMeasures(rgb) {
  const field = fieldOf(brightest(rgb));
  const small = working(rgb.map((one) => crop(one, field.box)));
  const mask = insideOf(field, rgb[0], small[0]);
  const fine = band(small[1], 1, 2);
  return {
    ...lightMeasures(small, mask),
    whiteShare: share(within(mix(small, Math.min), mask), (value) => value > EYE.white),
    detail: deviation(within(fine, mask)),
    covered: coveredShare(fine, gray(small), mask),
    coarse: coarse(gray(small), mask),
    warmth: percentile(within(mix(small, (r, _g, b) => r - b), mask), 50),
    seen: field.seen,
    lit: field.lit,
  };
}

/** @param {Quality.Plane} from */
const quarter = (from) => resize(from, Math.round(from.width / 4), Math.round(from.height / 4));

/**
 * Large patches, light beside dark. A retina changes softly; lids, skin and the white of the eye do not.
 * @param {Quality.Plane} level
 * @param {Quality.Mask} mask
 */
function coarse(level, mask) {
  const inside = quarter(plane(level.width, level.height, Float32Array.from(mask))).data.map((part) => (part > 0.99 ? 1 : 0));
  return inside.includes(1) ? deviation(within(band(quarter(level), 1.5, 5), inside)) : 0;
}

/**
 * A fingertip or a lid over the lens: one large patch without any structure, darker or lighter than the rest. Its share.
 * @param {Quality.Plane} fine
 * @param {Quality.Plane} level
 * @param {Quality.Mask} mask
 */
function coveredShare(fine, level, mask) {
  const [columns, rows] = [Math.floor(fine.width / BLOCK), Math.floor(fine.height / BLOCK)];
  const blocks = Array.from({ length: columns * rows }, (_, n) => block(fine, level, mask, (n % columns) * BLOCK, Math.floor(n / columns) * BLOCK));
  const there = blocks.filter((one) => one !== null);
  if (!there.length) return 0;
  const limit = COVERED.detail * percentile(there.map((one) => one.detail), 75);
  /** @param {{ detail: number, light: number } | null} one */
  const isFlat = (one) => one !== null && one.detail < limit;
  const [flat, rest] = [there.filter(isFlat), there.filter((one) => !isFlat(one))];
  if (!flat.length || Math.abs(mean(flat) - mean(rest)) < COVERED.contrast) return 0;
  const part = largest(Uint8Array.from(blocks, (one) => (isFlat(one) ? 1 : 0)), columns, rows);
  return (part?.size ?? 0) / there.length;
}

/** @param {{ light: number }[]} blocks */
const mean = (blocks) => blocks.reduce((sum, one) => sum + one.light, 0) / blocks.length;

/**
 * @param {Quality.Plane} fine
 * @param {Quality.Plane} level
 * @param {Quality.Mask} mask
 * @param {number} x
 * @param {number} y
 */
function block(fine, level, mask, x, y) {
  const structure = [];
  let light = 0;
  for (let j = y; j < y + BLOCK; j++) {
    for (let i = x; i < x + BLOCK; i++) {
      const at = j * fine.width + i;
      if (!mask[at]) continue;
      structure.push(fine.data[at]);
      light += level.data[at];
    }
  }
  return structure.length < (BLOCK * BLOCK) / 2 ? null : { detail: deviation(structure), light: light / structure.length };
}

/**
 * The field without its rim, which is sharp in every photo and would hide blur.
 * @param {Quality.Field} field
 * @param {Quality.Plane} photo
 * @param {Quality.Plane} small
 */
function insideOf(field, photo, small) {
  const [across, down] = [field.width / photo.width, field.height / photo.height];
  const mask = new Uint8Array(small.width * small.height);
  for (let y = 0; y < small.height; y++) {
    const row = Math.min(field.height - 1, Math.floor((field.box.y + ((y + 0.5) * field.box.height) / small.height) * down));
    for (let x = 0; x < small.width; x++) {
      const column = Math.min(field.width - 1, Math.floor((field.box.x + ((x + 0.5) * field.box.width) / small.width) * across));
      mask[y * small.width + x] = field.mask[row * field.width + column];
    }
  }
  const within15 = inner(mask, small.width, small.height, 15);
  return within15.includes(1) ? within15 : mask.fill(1);
}

/**
 * Colour that lightness does not explain. A film is gray: a lamp tints all of it, by how light it is. An eye has colours.
 * @param {Quality.Colours} small
 */
function tint(small) {
  const level = gray(small);
  return [small[0], small[2]].reduce((sum, one) => sum + unexplained(one.data.map((value, i) => value - level.data[i]), level.data), 0);
}

/**
 * @param {Quality.Colours} rgb
 * @returns {Quality.Film}
 */
function filmMeasures(rgb) {
  const whole = working(rgb);
  const { width, height } = whole[0];
  // Markers, names and the edge of the light-box lie along the border.
  const [x, y] = [Math.floor(width / 12), Math.floor(height / 12)];
  const small = whole.map((one) => crop(one, { x, y, width: width - 2 * x, height: height - 2 * y }));
  const level = gray(small);
  const fine = deviation(band(level, 1, 2).data);
  const counts = new Int32Array(256);
  for (const value of level.data) counts[Math.min(255, Math.floor(value))] += 1;
  const spread = mix(small, (r, g, b) => Math.max(r, g, b) - Math.min(r, g, b)).data;
  const field = fieldOf(brightest(rgb));
  return {
    ...lightMeasures(small, new Uint8Array(level.data.length).fill(1)),
    detail: fine,
    sharpness: fine / Math.max(deviation(band(level, 2, 6).data), 1e-6),
    contrast: deviation(level.data),
    colour: spread.reduce((a, b) => a + b, 0) / spread.length,
    flatShare: Math.max(...counts) / level.data.length,
    tint: tint(small.map(quarter)),
    round: field.found && field.outside > ROUND.outside && field.lit > ROUND.lit,
  };
}
