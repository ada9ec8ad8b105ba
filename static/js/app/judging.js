// Ask the worker about photos; one worker for the life of the page.
import { judged } from "./decode.js";

/** @type {Worker | null} */
let worker = null;
let count = 0;
/** @type {Map<number, (verdict: Quality.Verdict) => void>} */
const asked = new Map();

function start() {
  const begun = new Worker(document.documentElement.dataset.judge ?? "", { type: "module" });
  begun.addEventListener("message", ({ data }) => settle(data.id, data));
  // A phone without module workers, or a worker that died: the photo is not held up, the server judges it.
  begun.addEventListener("error", (event) => {
    event.preventDefault();
    for (const id of asked.keys()) settle(id, { reason: null });
    worker = null;
  });
  return begun;
}

/**
 * @param {number} id
 * @param {Quality.Verdict} verdict
 */
function settle(id, verdict) {
  asked.get(id)?.(verdict);
  asked.delete(id);
}

/**
 * { reason }: why the photo should be taken again, null if it is fine. `kind`: which judge looks.
 * @param {ImageBitmap | null} bitmap
 * @param {string} kind
 * @returns {Promise<Quality.Verdict>}
 */
export function verdictOn(bitmap, kind) {
  if (!bitmap) return Promise.resolve({ reason: null });
  const judge = (worker ??= start());
  const { pixels, side } = judged(bitmap);
  const id = (count += 1);
  return new Promise((done) => {
    asked.set(id, done);
    judge.postMessage({ id, pixels, kind, side }, [pixels.data.buffer]);
  });
}
