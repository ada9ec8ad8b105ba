// The service worker keeps the app itself on the phone. A new version is taken between two visits, never within one.

const HOURLY = 3_600_000;

/**
 * Register, and call `offer(take)` when a new version lies ready. `now`: nothing is on the screen that could be
 * interrupted; look for a new version at once.
 * @param {(take: () => void) => void} offer
 */
export async function keepShell(offer, { now = false } = {}) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(document.documentElement.dataset.worker ?? "", { scope: "/" }).catch(() => null);
  if (!registration) return;
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => had && taking && location.reload());
  let taking = false;
  const take = () => { taking = true; registration.waiting?.postMessage("take over"); };
  const ready = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    if (location.hash.length < 3) take();
    else offer(take);
  };
  ready();
  if (now) registration.update().catch(() => {});
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", ready));
  setInterval(() => registration.update().catch(() => {}), HOURLY);
  // What is only needed now and then is fetched when the first screen stands.
  navigator.serviceWorker.ready.then(({ active }) => setTimeout(() => active?.postMessage("the rest"), 3000));
}
