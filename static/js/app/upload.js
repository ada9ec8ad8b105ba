// One sealed photo to the server, byte by byte where the line breaks (tus 1.0, by tus-js-client).
import { headers, trouble, Trouble } from "./api.js";

const CHUNK = 256 * 1024;
const CHUNK_ON_2G = 64 * 1024;
const DELAYS = [300, 1000, 3000, 8000];
const PATIENCE = 180_000; // ms for one chunk: a quarter of a megabyte over the slowest line we meant
const TRY_AGAIN = [0, 408, 409, 423, 460, 500, 502, 503, 504];
/** @type {Promise<Vendor.Tus> | null} */
let library = null;

function tus() {
  library ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = document.documentElement.dataset.tus ?? "";
    script.addEventListener("load", () => (window.tus ? done(window.tus) : fail(new Trouble("offline"))));
    script.addEventListener("error", () => { library = null; fail(new Trouble("offline")); });
    document.head.append(script);
  });
  return library;
}

/** How many bytes go in one request over such a line (the browser's own word for it, such as "slow-2g"). */
export const chunk = (line = navigator.connection?.effectiveType ?? "") => (line.endsWith("2g") ? CHUNK_ON_2G : CHUNK);

/** @param {Vendor.TusFailure} error */
function statusOf(error) {
  return error.originalResponse?.getStatus() ?? 0;
}

/** @param {Vendor.TusFailure} error */
function said(error) {
  try {
    return JSON.parse(error.originalResponse?.getBody() ?? "");
  } catch {
    return {};
  }
}

/**
 * Send an envelope. `row` is its outbox row, `token` the fresh CSRF token, `heard.url(url)` and `heard.sent(bytes)` are
 * told as it goes. Resolves when the server has every byte, or had them before. Raises Trouble.
 * @param {Phone.Row} row
 * @param {Uint8Array<ArrayBuffer>} envelope
 * @param {string} token
 * @param {{ url(url: string): void, sent(bytes: number): void }} heard
 * @returns {Promise<void>}
 */
export async function upload(row, envelope, token, heard) {
  const { Upload } = await tus();
  return new Promise((done, fail) => {
    const sending = new Upload(new Blob([envelope]), {
      endpoint: "/api/v1/uploads/",
      uploadUrl: row.url,
      chunkSize: chunk(),
      retryDelays: DELAYS,
      storeFingerprintForResuming: false,
      metadata: { item: row.item, encounter: row.visit, sha256: row.envelopeSha256, ...(row.urgent && { urgent: "1" }) },
      headers: { "X-CSRFToken": token },
      onBeforeRequest: (/** @type {Vendor.TusRequest} */ request) => {
        for (const [name, value] of Object.entries(headers(true))) request.setHeader(name, value);
        request.getUnderlyingObject().timeout = PATIENCE;
      },
      onShouldRetry: (/** @type {Vendor.TusFailure} */ error) => said(error).code !== "received" && navigator.onLine && TRY_AGAIN.includes(statusOf(error)),
      onUploadUrlAvailable: () => heard.url(sending.url),
      onProgress: (/** @type {number} */ sent) => heard.sent(sent),
      onSuccess: () => done(),
      onError: (/** @type {Vendor.TusFailure} */ error) => (said(error).code === "received" ? done() : fail(asTrouble(error))),
    });
    sending.start();
  });
}

/**
 * What an upload that failed means for the phone.
 * @param {Vendor.TusFailure} error
 */
export function asTrouble(error) {
  const after = Number(error.originalResponse?.getHeader("Retry-After")) || 0;
  const status = statusOf(error);
  // An address that is gone is made anew at the next try.
  if ([404, 409, 410, 460].includes(status)) return new Trouble("busy", { status, code: "gone" });
  return trouble(status, said(error), after);
}
