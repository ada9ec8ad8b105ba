// The phone's camera with a frame to aim at. Resolves to a photo file, or null when it was closed.
import { penOf } from "./decode.js";
import { button, h, icon, note, part } from "./dom.js";
import { gettext } from "./words.js";

const WANTED = { video: { facingMode: { ideal: "environment" }, width: { ideal: 4096 }, height: { ideal: 3072 } }, audio: false };

/**
 * `label`: the view, `drawn`: where it is, or null; `look`: how to aim (see declared.js).
 * @param {string} label
 * @param {SVGElement | null} drawn
 * @param {{ frame: string, aim: string }} look
 * @returns {Promise<File | null>}
 */
export async function shoot(label, drawn, { frame, aim }) {
  /** @type {MediaStream} */
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(WANTED);
  } catch {
    return refused();
  }
  const video = h("video", { autoplay: true, playsinline: true, muted: true });
  video.muted = true;
  video.srcObject = stream;
  return new Promise((done) => {
    const end = (/** @type {File | null} */ file) => {
      for (const track of stream.getTracks()) track.stop();
      dialog.close();
      dialog.remove();
      done(file);
    };
    const take = async () => {
      shutter.disabled = true;
      end(await still(stream, video).catch(() => null));
    };
    const shutter = h("button.shutter", { type: "button", onclick: take, "aria-label": gettext("Take photo") }, icon("camera"));
    const dialog = h("dialog.camera", { "aria-label": label },
      video, h(`div.aim.${frame}`, { "aria-hidden": "true" }),
      h("p.aim-words", drawn, " ", h("strong", label), h("span", aim)),
      h("div.camera-bar", button(gettext("Close"), () => end(null), { kind: "plain", symbol: "x" }), shutter, torch(stream) ?? h("span")));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); end(null); });
    document.body.append(dialog);
    dialog.showModal();
    shutter.focus();
  });
}

/**
 * The largest picture the camera gives: a photo where the browser can take one, else a frame of the video.
 * @param {MediaStream} stream
 * @param {HTMLVideoElement} video
 */
async function still(stream, video) {
  const [track] = stream.getVideoTracks();
  if ("ImageCapture" in window) {
    try {
      const blob = await new window.ImageCapture(track).takePhoto();
      if (blob.type === "image/jpeg") return new File([blob], "photo.jpg", { type: blob.type });
    } catch { /* some cameras refuse: a frame will do */ }
  }
  const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
  penOf(canvas).drawImage(video, 0, 0);
  const blob = await new Promise((/** @type {BlobCallback} */ made) => canvas.toBlob(made, "image/jpeg", 0.95));
  return blob && new File([blob], "photo.jpg", { type: "image/jpeg" });
}

/** @param {MediaStream} stream */
function torch(stream) {
  const [track] = stream.getVideoTracks();
  if (!track.getCapabilities?.().torch) return null;
  let lit = false;
  const turn = (/** @type {MouseEvent} */ event) => {
    lit = !lit;
    track.applyConstraints({ advanced: [{ torch: lit }] });
    /** @type {HTMLElement} */ (event.currentTarget).setAttribute("aria-pressed", String(lit));
  };
  return button(gettext("Light"), turn, { kind: "plain", symbol: "zap", "aria-pressed": "false" });
}

function refused() {
  part("messages").replaceChildren(note("again", "circle-alert", gettext("The camera cannot be used here. Choose a file instead.")));
  return null;
}
