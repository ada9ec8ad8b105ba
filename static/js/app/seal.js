// Seal what was captured for the server alone: this phone cannot open it again. The layout is in docs/offline.md.
import { joined, number, sha256, unbase64, unhex, utf8 } from "./bytes.js";

const MARK = "FLE1";

/**
 * An envelope around a header and a body (bytes), for the server's public key { id, spki }.
 * Gives { envelope, sha256, envelopeSha256 }: the digests are all the phone needs to recognise the receipt.
 * @param {Phone.Key} key
 * @param {object} header
 * @param {Uint8Array<ArrayBuffer>} body
 * @returns {Promise<Phone.Sealed>}
 */
export async function seal(key, header, body) {
  const digest = await sha256(body);
  const head = utf8(JSON.stringify({ ...header, sha256: digest }));
  const own = crypto.getRandomValues(new Uint8Array(32));
  const front = await frontOf(key, own);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const aes = await crypto.subtle.importKey("raw", own, "AES-GCM", false, ["encrypt"]);
  own.fill(0);
  const plain = joined(number(head.byteLength, 4), head, body);
  const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: front }, aes, plain);
  plain.fill(0);
  const envelope = joined(front, iv, closed);
  return { envelope, sha256: digest, envelopeSha256: await sha256(envelope) };
}

/**
 * @param {Phone.Key} key
 * @param {Uint8Array<ArrayBuffer>} own
 */
async function frontOf({ id, spki }, own) {
  const rsa = await crypto.subtle.importKey("spki", unbase64(spki), { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  const wrapped = await crypto.subtle.encrypt({ name: "RSA-OAEP" }, rsa, own);
  return joined(utf8(MARK), unhex(id), number(wrapped.byteLength, 2), wrapped);
}
