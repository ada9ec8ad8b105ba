// What a request of this page must carry so that the server takes it for the reader's own.

/** Headers for anything that changes something; htmx sends the same. @returns {Record<string, string>} */
export const headers = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
