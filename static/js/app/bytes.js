// Bytes to text and back.

const text = new TextEncoder();

export const utf8 = (words) => text.encode(words);

export function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function unhex(words) {
  return Uint8Array.from(words.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}

export function base64(buffer) {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function unbase64(words) {
  return Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part.buffer ?? part, part.byteOffset ?? 0, part.byteLength), at);
    at += part.byteLength;
  }
  return whole;
}

/** An unsigned whole number, big-endian, in so many bytes. */
export function number(value, size) {
  return Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);
}

export async function sha256(buffer) {
  return hex(await crypto.subtle.digest("SHA-256", buffer));
}
