// What one part of the app tells the others, in this tab and in the phone's other tabs.

const here = new EventTarget();
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("fieldlight") : null;

tabs?.addEventListener("message", ({ data }) => here.dispatchEvent(new CustomEvent(data.what, { detail: data.detail })));

/**
 * Tell everybody. `what`: outbox, progress, pulled, signed_out, line.
 * @param {string} what
 * @param {any} [detail]
 */
export function tell(what, detail = null) {
  here.dispatchEvent(new CustomEvent(what, { detail }));
  tabs?.postMessage({ what, detail });
}

/**
 * @param {string} what
 * @param {(detail: any) => unknown} does
 */
export function hear(what, does) {
  here.addEventListener(what, (event) => does(/** @type {CustomEvent} */ (event).detail));
}
