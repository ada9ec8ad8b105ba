// A photo made smaller for the air, never below what the model was certified for, upright and without metadata.
import { decoded, drawn } from "./decode.js";

// Without a certified floor every pixel stays, and the quality is one at which a second JPEG pass changes less than the first.
const CAUTIOUS = { longest_side: Infinity, jpeg_quality: 92 };
const PREVIEW = { side: 320, bytes: 10_000 };
const AS_IT_IS = ["image/png"]; // and whatever the browser cannot decode, such as DICOM

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} quality
 * @returns {Promise<Blob | null>}
 */
const jpeg = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

/**
 * The limits in force for a programme's floor: each the stricter of the floor's own and none below it.
 * @param {Phone.Floor | null} floor
 */
export function limits(floor) {
  return { side: floor?.longest_side ?? CAUTIOUS.longest_side, quality: floor?.jpeg_quality ?? CAUTIOUS.jpeg_quality };
}

/**
 * A photo file as { bitmap (null where only the server can read it), bytes } ready to be judged and sealed.
 * @param {File} file
 * @param {Phone.Floor | null} floor
 * @param {boolean} fullSize
 * @returns {Promise<{ bitmap: ImageBitmap | null, bytes: Uint8Array<ArrayBuffer> }>}
 */
export async function opened(file, floor, fullSize) {
  const bitmap = await decoded(file).catch(() => null);
  const original = new Uint8Array(await file.arrayBuffer());
  if (!bitmap || (fullSize && sendable(file.type)) || AS_IT_IS.includes(file.type)) return { bitmap, bytes: original };
  const { side, quality } = limits(floor);
  const canvas = drawn(bitmap, side);
  const written = await jpeg(canvas, quality / 100);
  if (!written) return { bitmap, bytes: original }; // a canvas too large for this phone
  const smaller = new Uint8Array(await written.arrayBuffer());
  const gains = smaller.byteLength < original.byteLength || !sendable(file.type);
  return { bitmap, bytes: gains ? smaller : original };
}

/** @param {string} type */
const sendable = (type) => type === "image/jpeg" || type === "image/png";

/**
 * A JPEG small enough to go ahead with the form, as bytes; null where there is nothing to see.
 * @param {ImageBitmap | null} bitmap
 */
export async function preview(bitmap) {
  if (!bitmap) return null;
  for (const [side, quality] of [[PREVIEW.side, 0.6], [240, 0.5], [160, 0.4], [96, 0.3]]) {
    const blob = await jpeg(drawn(bitmap, side), quality);
    if (blob && blob.size <= PREVIEW.bytes) return new Uint8Array(await blob.arrayBuffer());
  }
  return null;
}
