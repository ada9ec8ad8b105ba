// Parts of a page, found by a selector and known to be of their kind.

/**
 * The first such part; null where there is none.
 * @template {Element} T
 * @param {new () => T} kind
 * @param {string} what
 * @param {ParentNode} [root]
 */
export function find(kind, what, root = document) {
  const found = root.querySelector(what);
  return found instanceof kind ? found : null;
}

/**
 * The first such part. Throws where there is none: the page is not the one the script was written for.
 * @template {Element} T
 * @param {new () => T} kind
 * @param {string} what
 * @param {ParentNode} [root]
 */
export function need(kind, what, root = document) {
  const found = find(kind, what, root);
  if (!found) throw new Error(`the page has no ${what}`);
  return found;
}

/**
 * Every such part.
 * @template {Element} T
 * @param {new () => T} kind
 * @param {string} what
 * @param {ParentNode} [root]
 * @returns {T[]}
 */
export const all = (kind, what, root = document) =>
  [...root.querySelectorAll(what)].flatMap((one) => (one instanceof kind ? [one] : []));

/**
 * The element an event happened on.
 * @param {Event} event
 */
export const on = (event) => /** @type {HTMLElement} */ (event.target);
