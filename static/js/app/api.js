// Talking to the server. What goes wrong is told as a Trouble with a code, never as a lost item.

export class Trouble extends Error {
  /** @param {string} kind offline (no answer), signed_out, locked, busy (later), refused (the server will not) */
  constructor(kind, { code = "", words = "", status = 0, after = 0 } = {}) {
    super(`${kind} ${status} ${code}`);
    this.kind = kind;
    this.code = code;
    this.words = words;
    this.status = status;
    this.after = after;
  }
}

const PATIENCE = 30_000; // ms without an answer to a small question; uploads have their own
let token = "";

/** A fresh token for writing, before each round of sending. */
export async function freshToken() {
  token = (await ask("csrf", { background: true })).token;
  return token;
}

export const phoneTime = () => new Date().toISOString();

/**
 * Headers of every request. `background`: a timer asks, not a person.
 * @param {boolean} [background]
 * @returns {Record<string, string>}
 */
export function headers(background) {
  return { Accept: "application/json", "X-Phone-Time": phoneTime(), ...(background && { "X-Background": "1" }) };
}

/**
 * Ask the API. `body`: an object is sent as JSON, bytes as they are with `type`.
 * Gives the answer's JSON. Raises Trouble.
 * @param {string} path
 * @param {{ method?: string, body?: object, type?: string, background?: boolean, patience?: number }} [how]
 * @returns {Promise<any>}
 */
export async function ask(path, { method = "GET", body, type = "application/json", background = false, patience = PATIENCE } = {}) {
  const sent = body === undefined || body instanceof Uint8Array ? /** @type {Uint8Array<ArrayBuffer> | undefined} */ (body) : JSON.stringify(body);
  const answer = await reached(path, {
    method,
    body: sent,
    headers: {
      ...headers(background),
      ...(sent !== undefined && { "Content-Type": type }),
      ...(method !== "GET" && { "X-CSRFToken": token }),
    },
    signal: AbortSignal.timeout(patience),
  });
  const said = await answer.json().catch(() => null);
  if (answer.ok && said !== null) return said;
  throw trouble(answer.status, said ?? {}, Number(answer.headers.get("Retry-After")) || 0);
}

/**
 * @param {string} path
 * @param {RequestInit} how
 */
async function reached(path, how) {
  try {
    // An answer that turns into a sign-in page is no answer.
    return await fetch(`/api/v1/${path}`, { credentials: "same-origin", redirect: "error", cache: "no-store", ...how });
  } catch {
    throw new Trouble("offline");
  }
}

/**
 * What an error answer means for the phone.
 * @param {number} status
 * @param {{ code?: string, detail?: string }} said
 * @param {number} [after]
 */
export function trouble(status, said, after = 0) {
  const facts = { code: said.code ?? "", words: said.detail ?? "", status, after };
  if (status === 401) return new Trouble(facts.code === "locked" ? "locked" : "signed_out", facts);
  if (status === 403 && facts.code === "csrf_failed") return new Trouble("busy", facts);
  if (status === 403) return new Trouble("signed_out", facts);
  if (status === 0) return new Trouble("offline", facts);
  if (status === 429 || status >= 500) return new Trouble("busy", facts);
  return new Trouble("refused", facts);
}
