// The threshold explorer: the slider reads out what the page already carries, other numbers are asked of the server.
import { draw, prepare, theme } from "../figures/theme.js";
import { all, find, need } from "../shell/find.js";
import "../shell/shell.js";
import { curves, mark } from "./curves.js";

/** @typedef {{ lines: Vendor.Line[], title: string, top: number }} Curve */

/** Chart.js leaves the dashes out: two lines of one colour would look alike. @param {Vendor.Chart} chart */
const generateLabels = (chart) => Chart.defaults.plugins.legend.labels.generateLabels(chart)
  .map((one) => ({ ...one, lineDash: chart.data.datasets[one.datasetIndex].borderDash ?? [] }));

class Explorer {
  /**
   * @param {HTMLFormElement} form
   * @param {HTMLInputElement} slider
   * @param {HTMLElement} outcome
   */
  constructor(form, slider, outcome) {
    this.form = form;
    this.slider = slider;
    this.outcome = outcome;
    this.look = theme();
    /** @type {{ chart: Vendor.Chart, top: number }[]} */
    this.charts = [];
    this.open = false;
    this.asked = 0;
    this.told = this.read();
  }

  /** @returns {Figures.Told} */
  read() { return JSON.parse(need(HTMLElement, "#plots").textContent ?? ""); }

  get here() { return this.told.rows[Number(this.slider.value)]; }

  /** @param {number} top */
  mark(top) { return mark(this.told, this.look.colour, this.here.threshold, top); }

  start() {
    const { slider, outcome } = this;
    this.told = this.read();
    slider.max = String(this.told.rows.length - 1);
    slider.value = String(this.told.at);
    const table = need(HTMLDetailsElement, "details", outcome);
    table.open = this.open;
    table.addEventListener("toggle", () => { this.open = table.open; });
    this.plot();
    this.say();
  }

  /** @param {Curve} curve */
  settings({ lines, title, top }) {
    const { colour, rtl, still } = this.look;
    /** @param {string} text @param {Vendor.Settings} more */
    const axis = (text, more) => ({ min: 0, title: { display: true, text }, grid: { color: colour("--chart-grid") }, ...more });
    return {
      type: "line",
      data: { datasets: [...lines, this.mark(top)] },
      options: {
        maintainAspectRatio: false,
        animation: still ? false : { duration: 200 },
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: {
          x: axis(this.told.words.threshold, { type: "linear", max: 1, reverse: rtl }),
          y: axis(title, { max: top, position: rtl ? "right" : "left" }),
        },
        plugins: {
          legend: { position: "bottom", rtl, labels: { usePointStyle: true, pointStyle: "line", pointStyleWidth: 36, generateLabels } },
          tooltip: { rtl },
        },
      },
    };
  }

  plot() {
    this.charts.forEach(({ chart }) => chart.destroy());
    this.charts = [];
    if (!prepare(this.look)) return;
    for (const figure of all(HTMLElement, "figure[hidden]", this.outcome)) figure.hidden = false;
    for (const [name, curve] of Object.entries(curves(this.told, this.look.colour))) {
      const canvas = need(HTMLCanvasElement, `[data-plot="${name}"]`, this.outcome);
      this.charts.push({ chart: draw(canvas, this.settings(curve)), top: curve.top });
    }
  }

  say() {
    const { here, outcome, slider, told } = this;
    need(HTMLElement, "#at-said").textContent = here.said.threshold;
    slider.setAttribute("aria-valuetext", `${here.said.threshold}, ${told.words.sensitivity} ${here.said.sensitivity}`);
    for (const one of all(HTMLElement, "[data-said]", outcome)) one.textContent = here.said[one.dataset.said ?? ""];
    for (const one of all(HTMLElement, "[data-proved]", outcome)) one.hidden = (one.dataset.proved === "yes") !== here.proved;
    const sent = find(HTMLInputElement, 'input[name="threshold"]', outcome);
    if (sent) sent.value = String(here.threshold);
    all(HTMLElement, ".steps tbody tr", outcome).forEach((row, at) => point(row, at === Number(slider.value)));
    for (const { chart, top } of this.charts) {
      chart.data.datasets[chart.data.datasets.length - 1] = this.mark(top);
      chart.update("none");
    }
  }

  // Other numbers: the same page is asked for, and its outcome takes the place of this one. The slider keeps the focus.
  async ask() {
    if (!this.form.reportValidity()) return;
    const mine = (this.asked += 1);
    const address = `${location.pathname}?${this.query()}`;
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== this.asked) return;
      this.outcome.replaceChildren(...need(HTMLElement, "#outcome", page).childNodes);
      history.replaceState(null, "", address);
      this.start();
    } catch {
      location.assign(address);
    }
  }

  query() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) query.append(name, String(value));
    query.delete("at");
    query.set("threshold", String(this.here.threshold));
    return query;
  }

  listen() {
    this.slider.addEventListener("input", () => this.say());
    this.form.addEventListener("change", (event) => { if (event.target !== this.slider) this.ask(); });
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(); });
  }
}

/** The row of the table that the slider stands on. @param {HTMLElement} row @param {boolean} chosen */
function point(row, chosen) {
  row.classList.toggle("here", chosen);
  if (chosen) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
}

const [form, slider, outcome] = [find(HTMLFormElement, "#setting"), find(HTMLInputElement, "#at"), find(HTMLElement, "#outcome")];
if (form && slider && outcome) {
  document.documentElement.classList.add("scripted");
  const explorer = new Explorer(form, slider, outcome);
  explorer.listen();
  explorer.start();
}
