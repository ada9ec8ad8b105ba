// The tiles a picture is cut into: level 0 has every pixel, each one above it half as many across and down.

const MOST = 40; // tiles fetched ahead of one picture
const COARSE = 0.5; // OpenSeadragon draws no level with more than two pixels to one of the screen

/** @type {(said: Reading.Look, level: number, x: number, y: number) => string} */
export const address = (said, level, x, y) => `${said.base}${level}/${x}_${y}.jpg`;

/**
 * The addresses of every tile that the whole picture is drawn from on a stage of this size, in pixels of the screen.
 * @param {Reading.Look} said
 * @param {number} width
 * @param {number} height
 */
export function opening(said, width, height) {
  const scale = Math.min(width / said.width, height / said.height);
  const found = [];
  for (let level = said.levels - 1; level >= 0 && scale * 2 ** level >= COARSE; level -= 1) {
    const [columns, rows] = [said.width, said.height].map((full) => Math.ceil(Math.ceil(full / 2 ** level) / said.tile));
    for (let n = 0; n < columns * rows; n += 1) found.push(address(said, level, n % columns, Math.floor(n / columns)));
  }
  return found.slice(0, MOST);
}

/**
 * The same as OpenSeadragon wants it: its levels count the other way, up to one for every pixel. `at`: where a tile is.
 * @param {Reading.Look} said
 * @param {(address: string) => string} at
 */
export function source(said, at) {
  const top = Math.ceil(Math.log2(Math.max(said.width, said.height)));
  return {
    width: said.width, height: said.height, tileSize: said.tile, tileOverlap: said.overlap,
    minLevel: top - said.levels + 1, maxLevel: top,
    /** @type {(level: number, x: number, y: number) => string} */
    getTileUrl: (level, x, y) => at(address(said, top - level, x, y)),
  };
}
