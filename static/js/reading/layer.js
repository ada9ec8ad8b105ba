// What is drawn on top of a picture: figures with handles that a mouse, a finger, a pen or the arrow keys move.

const SVG = "http://www.w3.org/2000/svg";
const make = (name, facts = {}) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(facts)) element.setAttribute(key, value);
  return element;
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// A figure: {points: [{u, v}], shapes(points on the stage, figure) -> [[name, attributes]], label(figure) -> text,
// names: words per handle, kind, fixed (no handles), moved(figure) when a handle was let go, enter() for the Enter key}.
export class Layer {
  constructor(pane) {
    this.pane = pane;
    this.figures = [];
    this.svg = make("svg", { class: "layer", focusable: "false" });
    pane.stage.append(this.svg);
    pane.osd.addHandler("update-viewport", () => this.draw());
    pane.osd.addHandler("flip", () => this.draw());
    pane.osd.addHandler("resize", () => this.draw());
  }

  add(figure) {
    figure.group = make("g", { class: `figure ${figure.kind}` });
    figure.ink = make("g");
    figure.words = make("text", { class: "label" });
    figure.group.append(figure.ink, figure.words);
    figure.handles = figure.fixed ? [] : figure.points.map((point, n) => this.handle(figure, n));
    this.figures.push(figure);
    this.svg.append(figure.group);
    this.draw();
    return figure;
  }

  handle(figure, n) {
    const grip = make("g", { tabindex: "0", role: "button", "data-handle": "", "aria-label": figure.names[n] });
    grip.append(make("circle", { class: "reach", r: 22 }), make("circle", { class: "knob", r: 7 }));
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      grip.focus();
      grip.setPointerCapture(event.pointerId);
    });
    grip.addEventListener("pointermove", (event) => {
      if (!grip.hasPointerCapture(event.pointerId)) return;
      const box = this.pane.stage.getBoundingClientRect();
      this.move(figure, n, this.pane.toPicture({ x: event.clientX - box.left, y: event.clientY - box.top }));
    });
    grip.addEventListener("pointerup", () => figure.moved?.(figure));
    grip.addEventListener("keydown", (event) => this.key(event, figure, n));
    figure.group.append(grip);
    return grip;
  }

  key(event, figure, n) {
    const step = ARROWS[event.key];
    if (step) {
      const by = event.shiftKey ? 10 : 1;
      const at = this.pane.toStage(figure.points[n]);
      this.move(figure, n, this.pane.toPicture({ x: at.x + by * step[0], y: at.y + by * step[1] }));
      clearTimeout(figure.wait);
      figure.wait = setTimeout(() => figure.moved?.(figure), 600);
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove(figure);
    else if (event.key === "Enter" && figure.enter) figure.enter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(figure, n, to) {
    figure.points[n] = to;
    this.draw();
    figure.live?.(figure);
  }

  remove(figure) {
    figure.group.remove();
    this.figures = this.figures.filter((other) => other !== figure);
    figure.gone?.(figure);
    this.pane.osd.canvas.focus();
  }

  clear(kinds) {
    for (const figure of this.figures.filter((each) => !kinds || kinds.includes(each.kind))) {
      figure.group.remove();
      this.figures = this.figures.filter((other) => other !== figure);
    }
  }

  draw() {
    if (!this.pane.open) return;
    for (const figure of this.figures) {
      const at = figure.points.map((point) => this.pane.toStage(point));
      figure.ink.replaceChildren(...figure.shapes(at, figure).map(([name, facts]) => make(name, facts)));
      figure.handles.forEach((grip, n) => grip.setAttribute("transform", `translate(${at[n].x} ${at[n].y})`));
      const low = at.reduce((one, other) => (other.y > one.y ? other : one));
      const text = figure.label(figure);
      if (figure.words.textContent !== text) figure.words.textContent = text;
      const half = figure.words.getComputedTextLength() / 2 + 6;
      figure.words.setAttribute("x", Math.max(half, Math.min(this.pane.stage.clientWidth - half, low.x)));
      figure.words.setAttribute("y", Math.min(this.pane.stage.clientHeight - 8, low.y + 26));
    }
  }

  // The middle of what is seen, and a fifth of it: where a new figure appears.
  middle() {
    const { clientWidth: width, clientHeight: height } = this.pane.stage;
    return { x: width / 2, y: height / 2, reach: Math.min(width, height) / 5 };
  }
}
