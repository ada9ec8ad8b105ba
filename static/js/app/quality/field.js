// The lit disc of the retina in a photo of the back of the eye.
import { blur, median3, percentile, resize } from "./plane.js";
import { circle, fill, hull, largest, open } from "./shape.js";

const WORKING_SIDE = 256;
const SMALLEST_SHARE = 0.08;

/**
 * { mask, width, height, box, found, seen, lit, outside }: box in the photo's pixels; without a disc the whole picture.
 * @param {Quality.Plane} brightest
 * @returns {Quality.Field}
 */
export function fieldOf(brightest) {
  const scale = Math.min(1, WORKING_SIDE / Math.max(brightest.width, brightest.height));
  const width = Math.max(1, Math.round(brightest.width * scale));
  const height = Math.max(1, Math.round(brightest.height * scale));
  const corners = litCorners(resize(brightest, width, height));
  if (!corners) return whole(brightest, width, height);
  const mask = fill(corners, width, height);
  return { mask, width, height, found: true, box: boxOf(mask, width, height, brightest), ...seenOf(corners, mask, width, height) };
}

/**
 * @param {Quality.Plane} photo
 * @param {number} width
 * @param {number} height
 * @returns {Quality.Field}
 */
function whole(photo, width, height) {
  const mask = new Uint8Array(width * height).fill(1);
  return { mask, width, height, found: false, box: { x: 0, y: 0, width: photo.width, height: photo.height }, seen: 1, lit: 1, outside: 0 };
}

/** @param {Quality.Plane} small */
function litCorners(small) {
  const calm = blur(median3(small), 1.2);
  const ground = percentile(calm.data, 1);
  if (ground > 60) return null;
  // The rim of a dim disc is far darker than its middle, so the limit stays near the ground.
  const limit = ground + Math.max(6, 0.08 * (percentile(calm.data, 95) - ground));
  const above = Uint8Array.from(calm.data, (value) => (value > limit ? 1 : 0));
  const part = largest(open(above, small.width, small.height, 6), small.width, small.height);
  return part && part.size >= SMALLEST_SHARE * above.length ? hull(part.points) : null;
}

/**
 * @param {Quality.Mask} mask
 * @param {number} width
 * @param {number} height
 * @param {Quality.Plane} photo
 */
function boxOf(mask, width, height, photo) {
  const rows = [];
  const columns = [];
  for (let y = 0; y < height; y++) if (mask.subarray(y * width, (y + 1) * width).includes(1)) rows.push(y);
  for (let x = 0; x < width; x++) for (const y of rows) if (mask[y * width + x]) { columns.push(x); break; }
  const [across, down] = [photo.width / width, photo.height / height];
  const x = Math.floor(columns[0] * across);
  const y = Math.floor(rows[0] * down);
  return {
    x, y,
    width: Math.min(photo.width, Math.ceil((columns[columns.length - 1] + 1) * across)) - x,
    height: Math.min(photo.height, Math.ceil((rows[rows.length - 1] + 1) * down)) - y,
  };
}

/**
 * `seen`: the field's share of the smallest circle around it; `lit`: of that circle within the picture.
 * A camera that trims its picture lowers only the first; a lid, a finger or a badly placed pupil lowers both.
 * `outside`: the picture's share beyond that circle.
 * @param {Quality.Corner[]} corners
 * @param {Quality.Mask} mask
 * @param {number} width
 * @param {number} height
 */
function seenOf(corners, mask, width, height) {
  const { x, y, radius } = circle(corners);
  let area = 0;
  let round = 0;
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      area += mask[j * width + i];
      if ((i - x) ** 2 + (j - y) ** 2 <= radius * radius) round += 1;
    }
  }
  return { seen: Math.min(1, area / (Math.PI * radius * radius)), lit: Math.min(1, area / round), outside: 1 - round / (width * height) };
}
