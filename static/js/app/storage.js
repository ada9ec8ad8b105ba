// Room on the phone: ask to keep what waits, and warn before it runs out.

const SCARCE = 60e6; // bytes: about forty photos

/** Ask the browser not to clear what waits. Whether it promised. */
export async function persist() {
  try {
    return (await navigator.storage?.persisted?.()) || (await navigator.storage?.persist?.()) || false;
  } catch {
    return false;
  }
}

/** { free (bytes), scarce } or null where the browser does not say. */
export async function room() {
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return { free: quota - usage, scarce: quota - usage < SCARCE };
  } catch {
    return null;
  }
}

/** @param {any} error */
export const isFull = (error) => error?.name === "QuotaExceededError";
