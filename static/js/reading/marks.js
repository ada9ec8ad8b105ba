// Regions marked on a picture with a comment: kept with the draft at once, and shown beside the reads that had them.
import { all, need } from "../shell/find.js";
import { within } from "./geometry.js";
import { headers } from "./token.js";
import { words } from "./words.js";

const TYPED = 900; // ms after the last letter

/** @param {Reading.Point[]} points */
const ring = (points) => [within(points, "outer")];
/** @param {HTMLElement} item */
const corners = ({ dataset: d }) => [{ u: Number(d.x0), v: Number(d.y0) }, { u: Number(d.x1), v: Number(d.y1) }];
/** @param {Reading.Place[]} corners */
const placed = ([a, b]) => ({ x0: a.u, y0: a.v, x1: b.u, y1: b.v });
/** @param {HTMLElement} item */
const comment = (item) => need(HTMLInputElement, "input", item);

/** @param {HTMLElement} item */
const facts = (item) => ({ ...placed(corners(item)), mark: item.dataset.mark ?? "", comment: comment(item).value });

export class Marks {
  /** @param {Reading.Panes} panes */
  constructor(panes) {
    this.panes = panes;
    /** @type {Promise<void>} */
    this.queue = Promise.resolve();
    this.waiting = 0;
    this.fresh = false;
    this.timer = 0;
  }

  get list() { return document.getElementById("marks"); }

  /** @param {string | undefined} image */
  pane(image) { return [...this.panes.values()].find((pane) => pane.open && pane.picture.photo === image); }

  // Draw what the server keeps; figures being moved were sent before, so the server's word is the newest.
  draw() {
    for (const { layer } of this.panes.values()) layer?.clear(["mark"]);
    if (this.list) for (const item of all(HTMLElement, "[data-mark]", this.list)) this.figure(item);
  }

  /** @param {HTMLElement} item */
  figure(item) {
    this.pane(item.dataset.image)?.layer?.add({
      kind: "mark", points: corners(item), shapes: ring, names: [words("handle-corner"), words("handle-corner")],
      label: () => item.dataset.number ?? "",
      moved: ({ points }) => { Object.assign(item.dataset, placed(points)); this.keep(item); },
      gone: () => this.send({ mark: item.dataset.mark, drop: 1 }),
    });
  }

  /** @param {Reading.Pane | undefined} pane */
  begin(pane) {
    if (!pane?.open || !pane.layer || !this.list || !("may" in this.list.dataset)) return;
    const { x, y, reach } = pane.layer.middle();
    const a = pane.toPicture({ x: x - reach / 2, y: y - reach / 2 });
    const b = pane.toPicture({ x: x + reach / 2, y: y + reach / 2 });
    this.fresh = true;
    this.send({ ...placed([a, b]), image: pane.picture.photo, comment: "" });
  }

  /**
   * One after the other: htmx would drop what waits for an element that an answer has replaced meanwhile.
   * @param {Record<string, unknown>} values
   */
  send(values, swap = "outerHTML") {
    const to = this.list?.dataset.to;
    if (!to) return;
    this.waiting += 1;
    const sent = () => {
      // The next case may be on the screen by now.
      const list = this.list?.dataset.to === to ? this.list : null;
      return htmx.ajax("POST", to, { source: list ?? document.body, target: list ?? document.body, swap: list ? swap : "none", values });
    };
    this.queue = this.queue.then(sent).catch(() => {}).finally(() => { this.waiting -= 1; });
  }

  /**
   * Nothing is swapped for a change: the answer would overwrite what is typed or dragged meanwhile.
   * @param {HTMLElement} item
   */
  keep(item) {
    this.send(facts(item), "none");
    comment(item).defaultValue = comment(item).value;
  }

  get unsaid() {
    const items = this.list ? all(HTMLElement, "[data-mark]", this.list) : [];
    return items.filter((item) => comment(item).value !== comment(item).defaultValue);
  }

  // Before a read is sent: what is typed but not kept yet is kept, and everything on its way has arrived.
  settle() {
    for (const item of this.unsaid) this.keep(item);
    return this.waiting ? this.queue : null;
  }

  // The page goes while a comment is being typed.
  leave() {
    const { "X-CSRFToken": csrfmiddlewaretoken } = headers();
    for (const item of this.unsaid) {
      const said = Object.entries({ csrfmiddlewaretoken, ...facts(item) }).map(([name, value]) => [name, String(value)]);
      navigator.sendBeacon(this.list?.dataset.to ?? "", new URLSearchParams(said));
    }
  }

  // The server answered: draw anew; a mark just begun asks for its comment.
  answered() {
    this.draw();
    if (!this.fresh || !this.list) return;
    this.fresh = false;
    all(HTMLInputElement, "[data-mark] input", this.list).at(-1)?.focus();
  }

  /** A comment was changed: kept when the field is left, or a moment after the last letter. @param {HTMLElement} target */
  changed(target) {
    const item = target.closest("[data-mark]");
    clearTimeout(this.timer);
    if (item instanceof HTMLElement && this.unsaid.includes(item)) this.keep(item);
  }

  /** @param {HTMLElement} target */
  typed(target) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => target.isConnected && this.changed(target), TYPED);
  }

  /** @param {HTMLElement} button */
  drop(button) {
    const item = button.closest("[data-mark]");
    if (item instanceof HTMLElement) this.send({ mark: item.dataset.mark, drop: 1 });
  }

  /** Show a mark of a read that was given. @param {HTMLElement} button */
  point(button) {
    const pane = this.pane(button.dataset.image);
    if (!pane?.layer) return;
    pane.layer.clear(["said"]);
    const pressed = button.getAttribute("aria-pressed") === "true";
    for (const other of document.querySelectorAll("[data-said]")) other.setAttribute("aria-pressed", "false");
    if (pressed) return;
    button.setAttribute("aria-pressed", "true");
    pane.layer.add({ kind: "said", fixed: true, points: corners(button), shapes: ring, label: () => button.dataset.comment ?? "" });
  }
}
