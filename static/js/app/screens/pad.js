// A board to sign on with a finger, a pen or a mouse. Whoever cannot draw chooses another way to consent.
import { button, h } from "../dom.js";
import { unbase64 } from "../bytes.js";
import { penOf } from "../decode.js";
import { gettext } from "../words.js";

const [WIDTH, HEIGHT] = [600, 220];
const ink = () => getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();

/**
 * The board, showing `png` (base64) if there is one. `changed` is told the PNG's bytes, or null when it is empty.
 * @param {string | null} png
 * @param {(bytes: Uint8Array | null) => unknown} changed
 */
export function pad(png, changed) {
  const canvas = h("canvas.pad", { width: WIDTH, height: HEIGHT, role: "img", "aria-label": gettext("Board to sign on") });
  const pen = penOf(canvas);
  Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: ink() });
  if (png) createImageBitmap(new Blob([unbase64(png)])).then((old) => pen.drawImage(old, 0, 0), () => {});
  /** @type {(event: PointerEvent) => [number, number]} */
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * WIDTH) / box.width, ((event.clientY - box.top) * HEIGHT) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    pen.lineTo(...at(event)); // a touch alone is a dot: what is kept is never an empty board
    pen.stroke();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  const done = () => canvas.toBlob(async (blob) => blob && changed(new Uint8Array(await blob.arrayBuffer())), "image/png");
  canvas.addEventListener("pointerup", done);
  const clear = () => {
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    changed(null);
  };
  return h("div.signing", canvas, button(gettext("Wipe and sign again"), clear, { kind: "plain", symbol: "rotate-ccw" }));
}
