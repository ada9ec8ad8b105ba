// Elements from code: no markup is ever built from words.

const SVG = "http://www.w3.org/2000/svg";

/** h("button.big", {type: "button", onclick: go}, "Go"): text is text; null and false children are left out. */
export function h(what, ...rest) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  const props = isProps(rest[0]) ? rest.shift() : {};
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...rest.flat(3).filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

function isProps(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Node);
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked") element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** A decorative icon; words beside it say the same. */
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

/** A name or a code: its own direction, never mirrored by the text around it. */
export const bdi = (words, cls = "") => h(cls ? `bdi.${cls}` : "bdi", words);

export function button(words, onclick, { kind = "", symbol = null, ...props } = {}) {
  return h(`button.button${kind ? `.${kind}` : ""}`, { type: "button", onclick, ...props }, symbol && icon(symbol), " ", h("span", words));
}

export function note(tone, symbol, ...words) {
  return h(`p.note.tone-${tone}`, icon(symbol), " ", h("span", ...words));
}

/** New content for a place; the field under the finger or the keyboard stays the one in use. */
export function redraw(place, ...nodes) {
  const at = place.contains(document.activeElement) ? document.activeElement : null;
  place.replaceChildren(...nodes);
  const same = at?.id ? `#${CSS.escape(at.id)}` : at?.name && `[name="${CSS.escape(at.name)}"]${at.type === "radio" ? ":checked" : ""}`;
  if (same) place.querySelector(same)?.focus({ preventScroll: true });
}

/** One of several, as large toggles. `options`: [value, words]. */
export function choices(name, legend, options, chosen, onchange, { columns = "", quiet = null, symbol = null } = {}) {
  const choice = ([value, words]) =>
    h(`label.choice${value === quiet ? ".quiet" : ""}`,
      h("input", { type: "radio", name, value, checked: value === chosen, autocomplete: "off", onchange: (event) => { righted(event.target); onchange(value); } }), " ", h("span", words));
  return h(`fieldset.choices${columns}`, h("legend", symbol && icon(symbol), symbol && " ", legend), options.map(choice));
}

// What was wrong is being put right: the complaint goes.
function righted(element) {
  element.removeAttribute("aria-invalid");
  element.closest(".field, fieldset")?.querySelector(".problem")?.remove();
}

/** A labelled field with room for help and for what is wrong. */
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
