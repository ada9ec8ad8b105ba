// What was fetched ahead of the case it belongs to: small copies, looks and their first tiles, in this page's memory alone.
import { all } from "../shell/find.js";
import { opening } from "./tiles.js";
import { headers } from "./token.js";

const FRESH = 50 * 60000; // a look's tiles may be fetched for an hour
const AT_ONCE = 4;
/** @type {Map<string, string>} address of a small copy or of a tile -> object URL */
const pictures = new Map();
/** @type {Map<string, { said: Reading.Look, at: number }>} by address */
const looks = new Map();

/** The small copies of the next case, once all it opens with is here. @type {string[] | null} */
export let ready = null;

/** Whose picture an address is about. @param {string} address */
const about = (address) => /\/images\/([^/]+)\//.exec(address)?.[1];

/** Where a small copy or a tile is to be had: here, or from the server. @param {string} address */
export const at = (address) => pictures.get(address) ?? address;

/** @param {string} address */
async function keep(address) {
  if (pictures.has(address)) return;
  const answer = await fetch(address, { priority: "low" }).catch(() => null);
  if (!answer?.ok) return;
  const url = URL.createObjectURL(await answer.blob());
  pictures.set(address, url);
  // Decoded now, so that showing it later is only painting.
  await Object.assign(new Image(), { src: url }).decode().catch(() => {});
}

/**
 * A look is one row in the record: it is begun once, here, and taken up by the page that shows the picture.
 * @param {string} address
 * @param {HTMLElement} stage
 */
async function begin(address, stage) {
  if (looks.has(address)) return;
  const body = new URLSearchParams({ way: "original" });
  const answer = await fetch(address, { method: "POST", headers: headers(), body }).catch(() => null);
  if (!answer?.ok) return;
  const said = await answer.json();
  looks.set(address, { said, at: Date.now() });
  const tiles = opening(said, stage.clientWidth * devicePixelRatio, stage.clientHeight * devicePixelRatio);
  const some = async () => { for (let tile = tiles.shift(); tile; tile = tiles.shift()) await keep(tile); };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
}

/** The look that was begun for this picture, once; another look later is another row. @param {string} address */
export function look(address) {
  const kept = looks.get(address);
  looks.delete(address);
  return kept && Date.now() - kept.at < FRESH ? kept.said : null;
}

/**
 * Fetch what the next case opens with; let go of what is neither its nor on the screen.
 * @param {Reading.Ahead} next
 * @param {HTMLElement} stage
 */
export async function prepare(next, stage) {
  const shown = all(HTMLElement, "[data-photo]").map((each) => each.dataset.photo);
  const wanted = new Set([...shown, ...next.pictures.map(about)]);
  for (const [address, url] of pictures) {
    if (!wanted.has(about(address))) { URL.revokeObjectURL(url); pictures.delete(address); }
  }
  for (const address of looks.keys()) if (!wanted.has(about(address))) looks.delete(address);
  for (const address of next.pictures) await keep(address);
  for (const address of next.large) await begin(address, stage);
  ready = next.pictures;
}
