// Judges photos beside the page, so that the page stays quick under the finger.
import { judge } from "./quality/judge.js";

self.addEventListener("message", ({ data: { id, pixels, kind, side } }) => {
  const started = performance.now();
  const verdict = judge(pixels, kind, side);
  self.postMessage({ id, ...verdict, took: performance.now() - started });
});
