// Regions marked on a picture with a comment: kept with the draft at once, and shown beside the reads that had them.
import { within } from "./geometry.js";
import { headers } from "./token.js";
import { words } from "./words.js";

const RING = (points) => [within(points, "outer")];
const corners = ({ dataset: d }) => [{ u: Number(d.x0), v: Number(d.y0) }, { u: Number(d.x1), v: Number(d.y1) }];

export class Marks {
  constructor(panes) {
    this.panes = panes;
    this.queue = Promise.resolve();
    this.waiting = 0;
  }

  get list() { return document.getElementById("marks"); }

  pane(image) { return [...this.panes.values()].find((pane) => pane.picture?.photo === image); }

  // Draw what the server keeps; figures being moved were sent before, so the server's word is the newest.
  draw() {
    for (const { layer } of this.panes.values()) layer?.clear(["mark"]);
    for (const item of this.list?.querySelectorAll("[data-mark]") ?? []) this.figure(item);
  }

  figure(item) {
    const pane = this.pane(item.dataset.image);
    if (!pane?.open) return;
    pane.layer.add({
      kind: "mark", points: corners(item), shapes: RING, names: [words("handle-corner"), words("handle-corner")],
      label: () => item.dataset.number,
      moved: (figure) => { Object.assign(item.dataset, this.place(figure)); this.keep(item); },
      gone: () => this.send({ mark: item.dataset.mark, drop: 1 }),
    });
  }

  place({ points: [a, b] }) { return { x0: a.u, y0: a.v, x1: b.u, y1: b.v }; }

  begin(pane) {
    if (!pane?.open || !this.list || !("may" in this.list.dataset)) return;
    const { x, y, reach } = pane.layer.middle();
    const a = pane.toPicture({ x: x - reach / 2, y: y - reach / 2 });
    const b = pane.toPicture({ x: x + reach / 2, y: y + reach / 2 });
    this.fresh = true;
    this.send({ ...this.place({ points: [a, b] }), image: pane.picture.photo, comment: "" });
  }

  // One after the other: htmx would drop what waits for an element that an answer has replaced meanwhile.
  send(values, swap = "outerHTML") {
    const { to } = this.list.dataset;
    this.waiting += 1;
    const sent = () => {
      // The next case may be on the screen by now.
      const list = this.list?.dataset.to === to ? this.list : null;
      return htmx.ajax("POST", to, { source: list ?? document.body, target: list ?? document.body, swap: list ? swap : "none", values });
    };
    this.queue = this.queue.then(sent).catch(() => {}).finally(() => { this.waiting -= 1; });
  }

  // Nothing is swapped for a change: the answer would overwrite what is typed or dragged meanwhile.
  keep(item) {
    this.send(this.facts(item), "none");
    item.querySelector("input").defaultValue = item.querySelector("input").value;
  }

  facts(item) {
    const [a, b] = corners(item);
    return { ...this.place({ points: [a, b] }), mark: item.dataset.mark, comment: item.querySelector("input").value };
  }

  get unsaid() { return [...(this.list?.querySelectorAll("[data-mark]") ?? [])].filter((item) => item.querySelector("input").value !== item.querySelector("input").defaultValue); }

  // Before a read is sent: what is typed but not kept yet is kept, and everything on its way has arrived.
  settle() {
    for (const item of this.unsaid) this.keep(item);
    return this.waiting ? this.queue : null;
  }

  // The page goes while a comment is being typed.
  leave() {
    for (const item of this.unsaid) {
      const { "X-CSRFToken": csrfmiddlewaretoken } = headers();
      navigator.sendBeacon(this.list.dataset.to, new URLSearchParams({ csrfmiddlewaretoken, ...this.facts(item) }));
    }
  }

  // The server answered: draw anew; a mark just begun asks for its comment.
  answered() {
    this.draw();
    if (!this.fresh) return;
    this.fresh = false;
    const items = this.list.querySelectorAll("[data-mark] input");
    items[items.length - 1]?.focus();
  }

  // A comment was changed: kept when the field is left, or a moment after the last letter.
  changed(target) {
    const item = target.closest("[data-mark]");
    clearTimeout(this.timer);
    if (item && this.unsaid.includes(item)) this.keep(item);
  }

  typed(target) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => target.isConnected && this.changed(target), 900);
  }

  drop(button) { this.send({ mark: button.closest("[data-mark]").dataset.mark, drop: 1 }); }

  // Show a mark of a read that was given.
  point(button) {
    const pane = this.pane(button.dataset.image);
    if (!pane?.open) return;
    pane.layer.clear(["said"]);
    const pressed = button.getAttribute("aria-pressed") === "true";
    for (const other of document.querySelectorAll("[data-said]")) other.setAttribute("aria-pressed", "false");
    if (pressed) return;
    button.setAttribute("aria-pressed", "true");
    pane.layer.add({ kind: "said", fixed: true, points: corners(button), shapes: RING, label: () => button.dataset.comment });
  }
}
