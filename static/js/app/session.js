// Who is at work on this phone: what they may read is pulled, kept under their PIN, and wiped when they go.
import { ask, freshToken, Trouble } from "./api.js";
import { phone, setPhone } from "./db.js";
import { tell } from "./news.js";
import { release } from "./outbox.js";
import * as vault from "./vault.js";

const IDLE = 900; // seconds, until the server has said

export const idle = async () => (await phone("idle")) ?? IDLE;

/** The server's time now, as far as this phone knows: its own clock may be years off. */
export async function serverNow() {
  return new Date(Date.now() + ((await phone("skew")) ?? 0));
}

/**
 * Everything needed to work offline, from the server. Raises Trouble; what was kept before stays then.
 * @returns {Promise<Phone.Fetched>}
 */
export async function fetched(background = true) {
  const [me, offer, programmes, today] = await Promise.all([
    ask("me", { background }), ask("offline", { background }), ask("programmes?page_size=200", { background }), ask("today", { background }),
  ]);
  return { me, offer, programmes: programmes.results, today };
}

/**
 * Keep what was fetched. Another person's vault is closed down first: their photos stay, sealed.
 * @param {Phone.Fetched} fetched
 */
export async function keepAll({ me, offer, programmes, today }) {
  await setPhone("key", offer.keys.find((key) => key.current));
  await setPhone("idle", offer.idle_seconds);
  await setPhone("skew", Date.parse(offer.now) - Date.now());
  await vault.keep("me", me);
  await vault.keep("ticket", offer.ticket);
  await vault.keep("programmes", programmes);
  await vault.keep("today", today);
  tell("pulled");
}

export async function refresh() {
  const found = await fetched();
  const now = await vault.standing();
  if (now.state !== "open") return;
  if (now.owner !== found.me.id) return handOver();
  await keepAll(found);
}

/** Somebody else is signed in: close the last person's vault, and say so to the screens. */
export async function handOver() {
  await release(() => true);
  await vault.forget();
  tell("handed_over");
}

/** Wipe everything readable at once, tell the server as soon as there is a line. What waits stays, sealed. */
export async function signOut() {
  await setPhone("signing_out", true);
  await release(() => true);
  await vault.forget();
  tell("signed_out");
  await finishSignOut();
}

/** Tell the server of a sign-out made without a line. True when nothing is left to tell. */
export async function finishSignOut() {
  if (!(await phone("signing_out"))) return true;
  try {
    const token = await freshToken();
    await fetch("/sign-out/", { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual", credentials: "same-origin" });
  } catch (error) {
    if (!(error instanceof Trouble) || error.kind !== "signed_out") return false;
  }
  await setPhone("signing_out", false);
  return true;
}
