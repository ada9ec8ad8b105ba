import assert from "node:assert/strict";
import test from "node:test";
import { base64, hex, joined, number, sha256, unbase64, unhex, utf8 } from "../../../static/js/app/bytes.js";

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, n) => n);

test("bytes come back from hex and from base64 as they were", () => {
  assert.deepEqual(unhex(hex(EVERY_BYTE)), EVERY_BYTE);
  assert.deepEqual(unbase64(base64(EVERY_BYTE)), EVERY_BYTE);
  assert.equal(hex(Uint8Array.of(0, 10, 255)), "000aff");
});

test("a number is written big-endian in so many bytes", () => {
  assert.deepEqual([...number(384, 2)], [1, 128]);
  assert.deepEqual([...number(0x01020304, 4)], [1, 2, 3, 4]);
  assert.deepEqual([...number(0, 4)], [0, 0, 0, 0]);
});

test("parts are joined whole, a view of a larger buffer only where it looks", () => {
  const view = EVERY_BYTE.subarray(65, 68);
  assert.equal(new TextDecoder().decode(joined(utf8("é"), view, new Uint8Array([33]).buffer)), "éABC!");
});

test("the digest is that of the standard's own example", async () => {
  assert.equal(await sha256(utf8("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
