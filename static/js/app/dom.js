// Elements from code: no markup is ever built from words.

const SVG = "http://www.w3.org/2000/svg";

/**
 * h("button.big", {type: "button", onclick: go}, "Go"): text is text; null and false children are left out.
 * @template {string} What
 * @param {What} what
 * @param {...(Dom.Props | Phone.Child)} rest
 * @returns {Dom.Made<What>}
 */
export function h(what, ...rest) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  if (isProps(rest[0])) for (const [name, value] of Object.entries(rest.shift() ?? {})) set(element, name, value);
  element.append(...shown(/** @type {Phone.Child[]} */ (rest)));
  return /** @type {Dom.Made<What>} */ (element);
}

/**
 * What of the children is there: null and false are left out.
 * @param {Phone.Child[]} children
 * @returns {(Node | string)[]}
 */
export function shown(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return shown(child);
    if (child === null || child === undefined || child === false) return [];
    return [child instanceof Node ? child : String(child)];
  });
}

/**
 * The part of the page with this id. Throws where there is none.
 * @param {string} id
 */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {string} id */
export const inputOf = (id) => /** @type {HTMLInputElement} */ (part(id));

/**
 * @param {unknown} value
 * @returns {value is Dom.Props}
 */
function isProps(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Node);
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {Dom.Props[string]} value
 */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked") Object.assign(element, { [name]: value });
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * A decorative icon; words beside it say the same.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * A name or a code: its own direction, never mirrored by the text around it.
 * @param {Phone.Child} words
 * @param {string} [cls]
 */
export const bdi = (words, cls = "") => h(cls ? `bdi.${cls}` : "bdi", words);

/**
 * @param {Phone.Child} words
 * @param {Dom.Listener} onclick
 * @param {Dom.Props & { kind?: string, symbol?: string | null }} [how]
 */
export function button(words, onclick, { kind = "", symbol = null, ...props } = {}) {
  return h(`button.button${kind ? `.${kind}` : ""}`, { type: "button", onclick, ...props }, symbol && icon(symbol), " ", h("span", words));
}

/**
 * @param {string} tone
 * @param {string} symbol
 * @param {...Phone.Child} words
 */
export function note(tone, symbol, ...words) {
  return h(`p.note.tone-${tone}`, icon(symbol), " ", h("span", ...words));
}

/**
 * New content for a place; the field under the finger or the keyboard stays the one in use.
 * @param {HTMLElement} place
 * @param {...(Node | string)} nodes
 */
export function redraw(place, ...nodes) {
  const at = /** @type {HTMLInputElement | null} */ (place.contains(document.activeElement) ? document.activeElement : null);
  place.replaceChildren(...nodes);
  const same = at?.id ? `#${CSS.escape(at.id)}` : at?.name && `[name="${CSS.escape(at.name)}"]${at.type === "radio" ? ":checked" : ""}`;
  if (same) /** @type {HTMLElement | null} */ (place.querySelector(same))?.focus({ preventScroll: true });
}

/**
 * One of several, as large toggles. `options`: [value, words].
 * @param {string} name
 * @param {string} legend
 * @param {Phone.Options} options
 * @param {string | null | undefined} chosen
 * @param {(value: string) => unknown} onchange
 * @param {{ columns?: string, quiet?: string | null, symbol?: string | null }} [how]
 */
export function choices(name, legend, options, chosen, onchange, { columns = "", quiet = null, symbol = null } = {}) {
  const choice = (/** @type {[string, Phone.Child]} */ [value, words]) =>
    h(`label.choice${value === quiet ? ".quiet" : ""}`,
      h("input", { type: "radio", name, value, checked: value === chosen, autocomplete: "off", onchange: (event) => { righted(event.target); onchange(value); } }), " ", h("span", words));
  return h(`fieldset.choices${columns}`, h("legend", symbol && icon(symbol), symbol && " ", legend), options.map(choice));
}

/**
 * What was wrong is being put right: the complaint goes.
 * @param {Element} element
 */
function righted(element) {
  element.removeAttribute("aria-invalid");
  element.closest(".field, fieldset")?.querySelector(".problem")?.remove();
}

/**
 * A labelled field with room for help and for what is wrong.
 * @param {string} name
 * @param {string} label
 * @param {Phone.Given} value
 * @param {(value: string) => unknown} oninput
 * @param {Dom.Props & { help?: string, problem?: string }} [how]
 */
export function field(name, label, value, oninput, { help = "", problem = "", ...props } = {}) {
  const described = [help && `${name}-help`, problem && `${name}-problem`].filter(Boolean).join(" ");
  return h("div.field",
    h("label", { for: name }, label),
    help && h("span.help", { id: `${name}-help` }, help),
    h("input", {
      id: name, name, type: "text", value: value ?? "", autocomplete: "off", spellcheck: "false",
      "aria-describedby": described || null, "aria-invalid": problem ? "true" : null,
      oninput: (event) => { righted(event.target); oninput(event.target.value); }, ...props,
    }),
    problem && h("p.problem", { id: `${name}-problem` }, icon("circle-alert"), " ", problem));
}
