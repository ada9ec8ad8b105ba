// A photo file as pixels: upright, and small enough for a slow phone.
const MOST_TO_JUDGE = 1200;

/**
 * A decoded, upright picture to draw from. Throws where the browser cannot read the file (a DICOM, a broken photo).
 * @param {Blob} blob
 */
export async function decoded(blob) {
  return createImageBitmap(blob, { imageOrientation: "from-image" });
}

/**
 * The 2D context of a canvas whose pixels are read. Throws where the browser has no room for one.
 * @param {HTMLCanvasElement} canvas
 */
export function penOf(canvas) {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("no room for a canvas");
  return pen;
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} side
 */
export function drawn(bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = penOf(canvas);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * { pixels, side }: what the judge looks at, and the shorter side of the photo as it was taken.
 * @param {ImageBitmap} bitmap
 */
export function judged(bitmap) {
  const canvas = drawn(bitmap, MOST_TO_JUDGE);
  const pixels = penOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
  return { pixels: { width: pixels.width, height: pixels.height, data: pixels.data }, side: Math.min(bitmap.width, bitmap.height) };
}
