// Regions marked on a picture with a comment: kept with the draft at once, and shown beside the reads that had them.
"use strict";

(() => {
  const oval = (name) => ([a, b]) => [["ellipse", {
    class: name, cx: (a.x + b.x) / 2, cy: (a.y + b.y) / 2,
    rx: Math.max(2, Math.abs(a.x - b.x) / 2), ry: Math.max(2, Math.abs(a.y - b.y) / 2),
  }]];
  const corners = ({ dataset: d }) => [{ u: Number(d.x0), v: Number(d.y0) }, { u: Number(d.x1), v: Number(d.y1) }];

  Desk.Marks = class {
    constructor(panes) {
      this.panes = panes;
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
        kind: "mark", points: corners(item), shapes: oval("outer"), names: [Desk.words("handle-corner"), Desk.words("handle-corner")],
        label: () => item.dataset.number,
        moved: (figure) => this.send({ ...this.place(figure), mark: item.dataset.mark, comment: item.querySelector("input").value }),
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

    send(values) {
      htmx.ajax("POST", this.list.dataset.to, { source: this.list, target: this.list, swap: "outerHTML", values });
    }

    // The server answered: draw anew; a mark just begun asks for its comment.
    answered() {
      this.draw();
      if (!this.fresh) return;
      this.fresh = false;
      const items = this.list.querySelectorAll("[data-mark] input");
      items[items.length - 1]?.focus();
    }

    // A comment was changed, or a mark is to go.
    changed(target) {
      const item = target.closest("[data-mark]");
      if (!item) return;
      const [a, b] = corners(item);
      this.send({ x0: a.u, y0: a.v, x1: b.u, y1: b.v, mark: item.dataset.mark, comment: item.querySelector("input").value });
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
      pane.layer.add({ kind: "said", fixed: true, points: corners(button), shapes: oval("outer"), label: () => button.dataset.comment });
    }
  };
})();
