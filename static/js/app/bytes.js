// Bytes to text and back.

const text = new TextEncoder();

/**
 * @param {string} words
 * @returns {Uint8Array<ArrayBuffer>}
 */
export const utf8 = (words) => text.encode(words);

/** @param {ArrayBuffer} buffer */
export function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} words */
export function unhex(words) {
  return Uint8Array.from(words.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}

/** @param {ArrayBuffer | Uint8Array} buffer */
export function base64(buffer) {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** @param {string} words */
export function unbase64(words) {
  return Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));
}

/** @param {...(ArrayBuffer | Uint8Array)} parts */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part instanceof Uint8Array ? part : new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole;
}

/**
 * An unsigned whole number, big-endian, in so many bytes.
 * @param {number} value
 * @param {number} size
 */
export function number(value, size) {
  return Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);
}

/** @param {BufferSource} buffer */
export async function sha256(buffer) {
  return hex(await crypto.subtle.digest("SHA-256", buffer));
}
