// Small image maths on single planes. A plane is { width, height, data }, one number a pixel, row by row.

/**
 * @param {number} width
 * @param {number} height
 * @param {Float32Array} [data]
 * @returns {Quality.Plane}
 */
export function plane(width, height, data = new Float32Array(width * height)) {
  return { width, height, data };
}

/**
 * The mean over each target pixel's area (bilinear where the target is larger), so that detail means the same anywhere.
 * @param {Quality.Plane} from
 * @param {number} width
 * @param {number} height
 */
export function resize(from, width, height) {
  return across(across(from, width, true), height, false);
}

/**
 * @param {Quality.Plane} from
 * @param {number} size
 * @param {boolean} horizontal
 * @returns {Quality.Plane}
 */
function across(from, size, horizontal) {
  const { width, height, data } = from;
  const long = horizontal ? width : height;
  if (size === long) return from;
  const to = horizontal ? plane(size, height) : plane(width, size);
  const [step, line, lines] = horizontal ? [1, width, height] : [width, 1, width];
  const [toStep, toLine] = horizontal ? [1, size] : [width, 1];
  const taps = size < long ? areaTaps(long, size) : linearTaps(long, size);
  for (let i = 0; i < size; i++) {
    const { at, weights } = taps[i];
    for (let l = 0; l < lines; l++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * data[(at + k) * step + l * line];
      to.data[i * toStep + l * toLine] = sum;
    }
  }
  return to;
}

/**
 * @param {number} long
 * @param {number} size
 */
function areaTaps(long, size) {
  const share = long / size;
  return Array.from({ length: size }, (_, i) => {
    const from = i * share;
    const until = Math.min(long, from + share);
    const at = Math.min(long - 1, Math.floor(from + 1e-9));
    const weights = [];
    for (let p = at; p < until - 1e-9; p++) weights.push((Math.min(p + 1, until) - Math.max(p, from)) / (until - from));
    return { at, weights };
  });
}

/**
 * @param {number} long
 * @param {number} size
 */
function linearTaps(long, size) {
  return Array.from({ length: size }, (_, i) => {
    const x = Math.min(long - 1, Math.max(0, ((i + 0.5) * long) / size - 0.5));
    const at = Math.min(Math.floor(x), Math.max(0, long - 2));
    return { at, weights: long === 1 ? [1] : [1 - (x - at), x - at] };
  });
}

/** @param {number} sigma */
function kernel(sigma) {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / sum);
}

/**
 * Beyond the edge the picture is mirrored, the outermost pixel not repeated.
 * @param {number} i
 * @param {number} size
 */
function mirrored(i, size) {
  if (size === 1) return 0;
  const period = 2 * size - 2;
  const at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

/**
 * @param {Quality.Plane} from
 * @param {number} sigma
 */
export function blur(from, sigma) {
  const weights = kernel(sigma);
  return blurLine(blurLine(from, weights, true), weights, false);
}

/**
 * @param {Quality.Plane} from
 * @param {Float32Array} weights
 * @param {boolean} horizontal
 */
function blurLine(from, weights, horizontal) {
  const { width, height, data } = from;
  const to = plane(width, height);
  const long = horizontal ? width : height;
  const lines = horizontal ? height : width;
  const [step, line] = horizontal ? [1, width] : [width, 1];
  const reach = (weights.length - 1) / 2;
  const places = Int32Array.from({ length: long + 2 * reach }, (_, i) => mirrored(i - reach, long) * step);
  for (let l = 0; l < lines; l++) {
    for (let i = 0; i < long; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * data[l * line + places[i + k]];
      to.data[l * line + i * step] = sum;
    }
  }
  return to;
}

/**
 * Structures between two sizes (sigmas in pixels).
 * @param {Quality.Plane} from
 * @param {number} fine
 * @param {number} coarse
 */
export function band(from, fine, coarse) {
  const small = blur(from, fine);
  const large = blur(from, coarse);
  for (let i = 0; i < small.data.length; i++) small.data[i] -= large.data[i];
  return small;
}

/** @param {Quality.Plane} from */
export function median3(from) {
  const { width, height, data } = from;
  const to = plane(width, height);
  const nine = new Float32Array(9);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let n = 0;
      for (let j = -1; j < 2; j++) {
        const row = Math.min(height - 1, Math.max(0, y + j)) * width;
        for (let i = -1; i < 2; i++) nine[n++] = data[row + Math.min(width - 1, Math.max(0, x + i))];
      }
      nine.sort();
      to.data[y * width + x] = nine[4];
    }
  }
  return to;
}

/**
 * Values of a plane where the mask (bytes) is set.
 * @param {Quality.Plane} from
 * @param {ArrayLike<number>} mask
 */
export function within(from, mask) {
  const found = [];
  for (let i = 0; i < from.data.length; i++) if (mask[i]) found.push(from.data[i]);
  return Float32Array.from(found);
}

/**
 * @param {Quality.Values} values
 * @param {(value: number) => boolean} holds
 */
export function share(values, holds) {
  let n = 0;
  for (const value of values) if (holds(value)) n += 1;
  return values.length ? n / values.length : 0;
}

/**
 * @param {Quality.Values} values
 * @param {number} percent
 */
export function percentile(values, percent) {
  const sorted = Float32Array.from(values).sort();
  const at = ((sorted.length - 1) * percent) / 100;
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** @param {Quality.Values} values */
export function deviation(values) {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}

/**
 * The deviation of values that is left after a straight line through others has been taken away.
 * @param {Float32Array} values
 * @param {Float32Array} others
 */
export function unexplained(values, others) {
  const n = values.length;
  const [mean, other] = [values, others].map((all) => all.reduce((sum, value) => sum + value, 0) / n);
  let [own, both, theirs] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [a, b] = [values[i] - mean, others[i] - other];
    own += a * a;
    both += a * b;
    theirs += b * b;
  }
  return Math.sqrt(Math.max(0, own - (theirs > 0 ? (both * both) / theirs : 0)) / n);
}
