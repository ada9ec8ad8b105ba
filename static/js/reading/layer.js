// What is drawn on top of a picture: figures with handles that a mouse, a finger, a pen or the arrow keys move.

const SVG = "http://www.w3.org/2000/svg";
const FAR = 10;
const MARGIN = { side: 6, below: 26, foot: 8 };
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} [facts]
 */
function make(name, facts = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(facts)) element.setAttribute(key, String(value));
  return element;
}

/**
 * Where an arrow key moves a point of the stage, further with Shift; null for any other key.
 * @param {Reading.Point} from
 * @param {string} key
 * @param {boolean} far
 */
export function stepped({ x, y }, key, far) {
  const step = ARROWS[key];
  const by = far ? FAR : 1;
  return step ? { x: x + by * step[0], y: y + by * step[1] } : null;
}

/**
 * Where words of this width stand: under the lowest point, and on the stage.
 * @param {Reading.Point[]} points
 * @param {number} width
 * @param {{ clientWidth: number, clientHeight: number }} stage
 */
export function under(points, width, { clientWidth, clientHeight }) {
  const low = points.reduce((one, other) => (other.y > one.y ? other : one));
  const half = width / 2 + MARGIN.side;
  return { x: Math.max(half, Math.min(clientWidth - half, low.x)), y: Math.min(clientHeight - MARGIN.foot, low.y + MARGIN.below) };
}

export class Layer {
  /**
   * @param {Reading.Pane} pane
   * @param {HTMLElement} stage
   * @param {OpenSeadragon.Viewer} osd
   */
  constructor(pane, stage, osd) {
    this.pane = pane;
    this.stage = stage;
    this.osd = osd;
    /** @type {Reading.Drawn[]} */
    this.figures = [];
    this.svg = make("svg", { class: "layer", focusable: "false" });
    stage.append(this.svg);
    osd.addHandler("update-viewport", () => this.draw());
    osd.addHandler("flip", () => this.draw());
    osd.addHandler("resize", () => this.draw());
  }

  /** @param {Reading.Figure} figure */
  add(figure) {
    const group = make("g", { class: `figure ${figure.kind}` });
    /** @type {Reading.Drawn} */
    const drawn = Object.assign(figure, { group, ink: make("g"), words: make("text", { class: "label" }), handles: [] });
    group.append(drawn.ink, drawn.words);
    if (!figure.fixed) drawn.handles = figure.points.map((_point, n) => this.handle(drawn, n));
    this.figures.push(drawn);
    this.svg.append(group);
    this.draw();
    return drawn;
  }

  /** @type {(figure: Reading.Drawn, n: number) => SVGElement} */
  handle(figure, n) {
    const grip = make("g", { tabindex: "0", role: "button", "data-handle": "", "aria-label": figure.names?.[n] ?? "" });
    grip.append(make("circle", { class: "reach", r: 22 }), make("circle", { class: "knob", r: 7 }));
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      grip.focus();
      grip.setPointerCapture(event.pointerId);
    });
    grip.addEventListener("pointermove", (event) => {
      if (!grip.hasPointerCapture(event.pointerId)) return;
      const box = this.stage.getBoundingClientRect();
      this.move(figure, n, this.pane.toPicture({ x: event.clientX - box.left, y: event.clientY - box.top }));
    });
    grip.addEventListener("pointerup", () => figure.moved?.(figure));
    grip.addEventListener("keydown", (event) => this.key(event, figure, n));
    figure.group.append(grip);
    return grip;
  }

  /** @type {(event: KeyboardEvent, figure: Reading.Drawn, n: number) => void} */
  key(event, figure, n) {
    const to = stepped(this.pane.toStage(figure.points[n]), event.key, event.shiftKey);
    if (to) {
      this.move(figure, n, this.pane.toPicture(to));
      clearTimeout(figure.wait);
      figure.wait = setTimeout(() => figure.moved?.(figure), 600);
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove(figure);
    else if (event.key === "Enter" && figure.enter) figure.enter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @type {(figure: Reading.Drawn, n: number, to: Reading.Place) => void} */
  move(figure, n, to) {
    figure.points[n] = to;
    this.draw();
    figure.live?.(figure);
  }

  /** @param {Reading.Drawn} figure */
  remove(figure) {
    figure.group.remove();
    this.figures = this.figures.filter((other) => other !== figure);
    figure.gone?.(figure);
    this.osd.canvas.focus();
  }

  /** Take away every figure, or those of some kinds, unsaid. @param {string[]} [kinds] */
  clear(kinds) {
    for (const figure of this.figures.filter((each) => !kinds || kinds.includes(each.kind))) {
      figure.group.remove();
      this.figures = this.figures.filter((other) => other !== figure);
    }
  }

  draw() {
    if (!this.pane.open) return;
    for (const figure of this.figures) {
      const points = figure.points.map((point) => this.pane.toStage(point));
      figure.ink.replaceChildren(...figure.shapes(points).map(([name, facts]) => make(/** @type {"g"} */ (name), facts)));
      figure.handles.forEach((grip, n) => grip.setAttribute("transform", `translate(${points[n].x} ${points[n].y})`));
      const text = figure.label(figure);
      if (figure.words.textContent !== text) figure.words.textContent = text;
      const { x, y } = under(points, figure.words.getComputedTextLength(), this.stage);
      figure.words.setAttribute("x", String(x));
      figure.words.setAttribute("y", String(y));
    }
  }

  // The middle of what is seen, and a fifth of it: where a new figure appears.
  middle() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    return { x: width / 2, y: height / 2, reach: Math.min(width, height) / 5 };
  }
}
