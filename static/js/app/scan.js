// Read a QR code or a barcode with the camera. Typing is always possible: this only types faster.
import { button, h, part } from "./dom.js";
import { penOf } from "./decode.js";
import { gettext } from "./words.js";

const EVERY = 200; // ms between looks

// Chromium reads many kinds by itself. Elsewhere QR codes only, with a reader that is fetched when it is first needed.
async function reader() {
  const { BarcodeDetector } = window;
  if (BarcodeDetector && (await BarcodeDetector.getSupportedFormats()).length) {
    const detector = new BarcodeDetector();
    return async (/** @type {HTMLVideoElement} */ video) => (await detector.detect(video))[0]?.rawValue;
  }
  const jsQR = await fallback();
  const canvas = h("canvas");
  return async (/** @type {HTMLVideoElement} */ video) => {
    const scale = Math.min(1, 800 / video.videoWidth);
    Object.assign(canvas, { width: video.videoWidth * scale, height: video.videoHeight * scale });
    const pen = penOf(canvas);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    return jsQR(pen.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height)?.data;
  };
}

/** @returns {Promise<Vendor.ReadCode>} */
function fallback() {
  return new Promise((done, fail) => {
    if (window.jsQR) return done(window.jsQR);
    const script = h("script", { src: document.documentElement.dataset.qr });
    const missing = () => fail(new Error("the code reader is not on this phone yet"));
    script.addEventListener("load", () => (window.jsQR ? done(window.jsQR) : missing()));
    script.addEventListener("error", missing);
    document.head.append(script);
  });
}

/**
 * The code's text, or "" when the person closed or chose to type.
 * @returns {Promise<string>}
 */
export async function scanned() {
  let stream;
  let read;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" } }, audio: false });
    read = await reader();
  } catch {
    for (const track of stream?.getTracks() ?? []) track.stop();
    return typed();
  }
  return new Promise((done) => {
    const video = h("video", { autoplay: true, playsinline: true });
    Object.assign(video, { muted: true, srcObject: stream });
    const end = (/** @type {string} */ code) => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      dialog.close();
      dialog.remove();
      done(code);
    };
    const look = async () => {
      const code = video.videoWidth ? await read(video).catch(() => "") : "";
      if (code && dialog.open) end(code.trim().slice(0, 100));
    };
    const timer = setInterval(look, EVERY);
    const dialog = h("dialog.camera", { "aria-label": gettext("Scan") }, video, h("div.aim.square", { "aria-hidden": "true" }),
      h("p.aim-words", h("span", gettext("Hold the code into the frame."))),
      h("div.camera-bar", button(gettext("Type instead"), () => end(""), { kind: "plain", symbol: "pencil" })));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); end(""); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function typed() {
  part("messages").textContent = gettext("The camera cannot be used here. Type the number instead.");
  return "";
}
