// Keeps the app itself, by an explicit list of files whose names carry their content's hash (SHELL, written above this
// line by the server), and nothing else: no answer about a patient ever enters its cache.
/* global SHELL */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const CACHE = `fieldlight-shell-${SHELL.version}`;
const OUTBOX = "fieldlight-outbox";
const OPEN = "fieldlight-open";

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("message", ({ data, source }) => {
  if (data === "reload the others" && source instanceof Client) reloadAllBut(source.id);
  if (data === "take over") worker.skipWaiting();
  if (data === "the rest") caches.open(CACHE).then((cache) => missing(cache, SHELL.later)).catch(() => {});
});

async function install() {
  const cache = await caches.open(CACHE);
  // Without cookies: the page must be the same for everybody.
  const page = await fetch(new Request(SHELL.page, { cache: "reload", credentials: "omit" }));
  if (!page.ok) throw new Error("the app's page is not there");
  await cache.put(SHELL.page, page);
  await missing(cache, SHELL.files);
}

/**
 * @param {Cache} cache
 * @param {string[]} files
 */
async function missing(cache, files) {
  const there = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll(files.filter((file) => !there.has(file)));
}

// The version before stays as well: a page that is still open may want one of its files.
async function activate() {
  const shells = (await caches.keys()).filter((name) => name.startsWith("fieldlight-shell-") && name !== CACHE);
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/**
 * The phone's databases were brought to a newer version: a page of the app before could keep nothing any more.
 * @param {string} id
 */
async function reloadAllBut(id) {
  for (const page of await worker.clients.matchAll({ type: "window" })) {
    if (page.id !== id && new URL(page.url).pathname === SHELL.page) await page.navigate(SHELL.page).catch(() => {});
  }
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") return navigate(event, url);
  if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

/** @param {Request} request */
async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/**
 * @param {FetchEvent} event
 * @param {URL} url
 */
function navigate(event, url) {
  const { request } = event;
  if (request.method === "POST" && url.pathname === "/sign-out/") return event.waitUntil(closeUp());
  if (request.method !== "GET") return;
  if (url.pathname === SHELL.page) event.respondWith(page(request));
  else event.respondWith(elsewhere(request, url));
}

/** @param {Request} request */
async function page(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(SHELL.page, { ignoreVary: true })) ?? fetch(request);
}

/**
 * Somebody signed out without a line: the server hears of it before the next person sees any page of theirs.
 * @param {Request} request
 * @param {URL} url
 */
async function elsewhere(request, url) {
  try {
    if (await setting("signing_out")) await finishSignOut();
    return await fetch(request);
  } catch (error) {
    if (url.pathname === "/" || url.pathname.startsWith("/patients/")) return Response.redirect(SHELL.page);
    throw error;
  }
}

async function finishSignOut() {
  const { token } = await (await fetch("/api/v1/csrf", { headers: { Accept: "application/json" } })).json();
  if (token) await fetch("/sign-out/", { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" });
  await inStore("phone", (store) => store.put({ name: "signing_out", value: false }));
}

// Signing out on another page: what waits is let go, what can be read is wiped.
async function closeUp() {
  await inStore("items", (store) => {
    const rows = store.openCursor();
    rows.addEventListener("success", () => {
      const cursor = rows.result;
      if (!cursor) return;
      if (cursor.value.state === "draft") cursor.update({ ...cursor.value, state: "waiting" });
      cursor.continue();
    });
  });
  await new Promise((done) => {
    const request = indexedDB.deleteDatabase(OPEN);
    for (const end of ["success", "error", "blocked"]) request.addEventListener(end, done);
  });
}

/** @param {string} name */
async function setting(name) {
  let found;
  await inStore("phone", (store) => {
    const row = store.get(name);
    row.addEventListener("success", () => { found = row.result?.value; });
  });
  return found;
}

/**
 * Work on a store of the outbox; nothing happens where the app was never started on this phone.
 * @param {string} name
 * @param {(store: IDBObjectStore) => void} work
 */
async function inStore(name, work) {
  /** @type {IDBDatabase | null} */
  const db = await new Promise((done) => {
    const request = indexedDB.open(OUTBOX);
    request.addEventListener("upgradeneeded", () => request.transaction?.abort());
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => done(null));
  });
  if (!db) return;
  await new Promise((done) => {
    const turn = db.transaction([name], "readwrite");
    for (const end of ["complete", "abort", "error"]) turn.addEventListener(end, done);
    work(turn.objectStore(name));
  });
  db.close();
}
