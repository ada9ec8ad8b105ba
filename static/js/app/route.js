// Which screen: the part of the address behind #, so that "back" works as people expect. No name ever stands in it.

/** @param {string} to */
export const go = (to) => { location.hash = to.slice(1); };

/** @param {string} to */
export const goInstead = (to) => {
  history.replaceState(null, "", to);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
};

export const here = () => location.hash.slice(2).split("/").filter(Boolean);
