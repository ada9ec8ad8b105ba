import assert from "node:assert/strict";
import test from "node:test";
import { base64, hex, sha256, utf8 } from "../../../static/js/app/bytes.js";
import { seal } from "../../../static/js/app/seal.js";

const RSA = { name: "RSA-OAEP", modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" };
const pair = await crypto.subtle.generateKey(RSA, false, ["encrypt", "decrypt"]);
const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
const key = { id: (await sha256(spki)).slice(0, 16), spki: base64(spki) };

/** As docs/offline.md says the server opens it. */
async function opened(envelope) {
  const view = new DataView(envelope.buffer, envelope.byteOffset);
  const wrapped = view.getUint16(12);
  const front = 14 + wrapped;
  const own = await crypto.subtle.decrypt({ name: "RSA-OAEP" }, pair.privateKey, envelope.slice(14, front));
  const aes = await crypto.subtle.importKey("raw", own, "AES-GCM", false, ["decrypt"]);
  const how = { name: "AES-GCM", iv: envelope.slice(front, front + 12), additionalData: envelope.slice(0, front) };
  const plain = new Uint8Array(await crypto.subtle.decrypt(how, aes, envelope.slice(front + 12)));
  const length = new DataView(plain.buffer).getUint32(0);
  return { wrapped, header: JSON.parse(new TextDecoder().decode(plain.slice(4, 4 + length))), body: plain.slice(4 + length) };
}

test("an envelope is laid out as the server reads it", async () => {
  const body = utf8("a photo");
  const { envelope, sha256: digest, envelopeSha256 } = await seal(key, { kind: "pixels", item: "1" }, body);
  assert.equal(new TextDecoder().decode(envelope.slice(0, 4)), "FLE1");
  assert.equal(hex(envelope.slice(4, 12)), key.id);
  const found = await opened(envelope);
  assert.equal(found.wrapped, 384);
  assert.deepEqual(found.header, { kind: "pixels", item: "1", sha256: digest });
  assert.deepEqual(found.body, body);
  assert.equal(digest, await sha256(body));
  assert.equal(envelopeSha256, await sha256(envelope));
});

test("the same sealed twice is never the same envelope", async () => {
  const [one, other] = await Promise.all([1, 2].map(() => seal(key, { kind: "form" }, utf8("{}"))));
  assert.notEqual(one.envelopeSha256, other.envelopeSha256);
  assert.equal(one.sha256, other.sha256);
});

test("a changed key id breaks the seal", async () => {
  const { envelope } = await seal(key, { kind: "form" }, utf8("{}"));
  envelope[5] ^= 1;
  await assert.rejects(opened(envelope));
});
