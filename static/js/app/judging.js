// Ask the worker about photos; one worker for the life of the page.
import { judged } from "./decode.js";

let worker = null;
let count = 0;
const asked = new Map();

function start() {
  worker = new Worker(document.documentElement.dataset.judge, { type: "module" });
  worker.addEventListener("message", ({ data }) => settle(data.id, data));
  // A phone without module workers, or a worker that died: the photo is not held up, the server judges it.
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    for (const id of asked.keys()) settle(id, { reason: null });
    worker = null;
  });
}

function settle(id, verdict) {
  asked.get(id)?.(verdict);
  asked.delete(id);
}

/** { reason }: why the photo should be taken again, null if it is fine. `kind`: which judge looks. */
export function verdictOn(bitmap, kind) {
  if (!bitmap) return Promise.resolve({ reason: null });
  if (!worker) start();
  const { pixels, side } = judged(bitmap);
  const id = (count += 1);
  return new Promise((done) => {
    asked.set(id, done);
    worker.postMessage({ id, pixels, kind, side }, [pixels.data.buffer]);
  });
}
