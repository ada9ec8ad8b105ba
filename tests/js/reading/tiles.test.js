import assert from "node:assert/strict";
import test from "node:test";
import { address, opening, source } from "../../../static/js/reading/tiles.js";

const SAID = { base: "/t/", width: 3464, height: 3464, tile: 512, overlap: 1, levels: 3 };

test("what a stage opens with: no level finer than the screen can show, the coarsest first", () => {
  const found = opening(SAID, 866, 866);
  assert.deepEqual(found.slice(0, 4), ["/t/2/0_0.jpg", "/t/2/1_0.jpg", "/t/2/0_1.jpg", "/t/2/1_1.jpg"]);
  assert.equal(found.length, 4 + 16, "a level with two pixels to one of the screen is drawn too, every pixel is not");
  assert.ok(!found.some((one) => one.startsWith("/t/0/")));
});

test("never more than forty tiles ahead", () => {
  assert.equal(opening(SAID, 4000, 4000).length, 40);
});

test("OpenSeadragon's finest level is the server's first", () => {
  const { minLevel, maxLevel, getTileUrl } = source(SAID, (one) => `here:${one}`);
  assert.deepEqual([minLevel, maxLevel], [10, 12]);
  assert.equal(getTileUrl(maxLevel, 3, 4), `here:${address(SAID, 0, 3, 4)}`);
});
