// A photo file as pixels: upright, and small enough for a slow phone.
const MOST_TO_JUDGE = 1200;

/** A decoded, upright picture to draw from. Throws where the browser cannot read the file (a DICOM, a broken photo). */
export async function decoded(blob) {
  return createImageBitmap(blob, { imageOrientation: "from-image" });
}

export function drawn(bitmap, side, type = "2d") {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext(type, { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** { pixels, side }: what the judge looks at, and the shorter side of the photo as it was taken. */
export function judged(bitmap) {
  const canvas = drawn(bitmap, MOST_TO_JUDGE);
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return { pixels: { width: pixels.width, height: pixels.height, data: pixels.data }, side: Math.min(bitmap.width, bitmap.height) };
}
