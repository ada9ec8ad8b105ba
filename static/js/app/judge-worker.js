// Judges photos beside the page, so that the page stays quick under the finger.
import { judge } from "./quality/judge.js";

const worker = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("message", (/** @type {MessageEvent<Quality.Question>} */ { data: { id, pixels, kind, side } }) => {
  const started = performance.now();
  const verdict = judge(pixels, kind, side);
  worker.postMessage({ id, ...verdict, took: performance.now() - started });
});
