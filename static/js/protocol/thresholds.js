// The threshold explorer: the slider reads out what the page already carries, other numbers are asked of the server.
import { draw, prepare, theme } from "../figures/theme.js";
import "../shell/shell.js";
import { curves, mark } from "./curves.js";

const form = document.getElementById("setting");
const slider = document.getElementById("at");
const outcome = document.getElementById("outcome");
const look = theme();
let told = null;
let charts = [];
let open = false;

const here = () => told.rows[Number(slider.value)];

// Chart.js leaves the dashes out: two lines of one colour would look alike.
const generateLabels = (chart) => Chart.defaults.plugins.legend.labels.generateLabels(chart)
  .map((one) => ({ ...one, lineDash: chart.data.datasets[one.datasetIndex].borderDash ?? [] }));

function settings({ lines, title, top }) {
  const { rtl } = look;
  const axis = (text, more) => ({ min: 0, title: { display: true, text }, grid: { color: look.colour("--chart-grid") }, ...more });
  return {
    type: "line",
    data: { datasets: [...lines, mark(told, look.colour, here().threshold, top)] },
    options: {
      maintainAspectRatio: false,
      animation: look.still ? false : { duration: 200 },
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: axis(told.words.threshold, { type: "linear", max: 1, reverse: rtl }),
        y: axis(title, { max: top, position: rtl ? "right" : "left" }),
      },
      plugins: {
        legend: { position: "bottom", rtl, labels: { usePointStyle: true, pointStyle: "line", pointStyleWidth: 36, generateLabels } },
        tooltip: { rtl },
      },
    },
  };
}

function plot() {
  charts.forEach(({ chart }) => chart.destroy());
  charts = [];
  if (!prepare(look)) return;
  for (const figure of outcome.querySelectorAll("figure[hidden]")) figure.hidden = false;
  for (const [name, curve] of Object.entries(curves(told, look.colour))) {
    charts.push({ chart: draw(outcome.querySelector(`[data-plot="${name}"]`), settings(curve)), top: curve.top });
  }
}

function say() {
  const row = here();
  document.getElementById("at-said").textContent = row.said.threshold;
  slider.setAttribute("aria-valuetext", `${row.said.threshold}, ${told.words.sensitivity} ${row.said.sensitivity}`);
  for (const one of outcome.querySelectorAll("[data-said]")) one.textContent = row.said[one.dataset.said];
  for (const one of outcome.querySelectorAll("[data-proved]")) one.hidden = (one.dataset.proved === "yes") !== row.proved;
  const sent = outcome.querySelector('input[name="threshold"]');
  if (sent) sent.value = row.threshold;
  outcome.querySelectorAll(".steps tbody tr").forEach((tr, at) => point(tr, at === Number(slider.value)));
  for (const { chart, top } of charts) {
    chart.data.datasets[chart.data.datasets.length - 1] = mark(told, look.colour, row.threshold, top);
    chart.update("none");
  }
}

// The row of the table that the slider stands on.
function point(tr, chosen) {
  tr.classList.toggle("here", chosen);
  if (chosen) tr.setAttribute("aria-current", "true");
  else tr.removeAttribute("aria-current");
}

function start() {
  told = JSON.parse(document.getElementById("plots").textContent);
  slider.max = told.rows.length - 1;
  slider.value = told.at;
  const table = outcome.querySelector("details");
  table.open = open;
  table.addEventListener("toggle", () => { open = table.open; });
  plot();
  say();
}

// Other numbers: the same page is asked for, and its outcome takes the place of this one. The slider keeps the focus.
let asked = 0;
async function ask() {
  if (!form.checkValidity()) {
    form.reportValidity();
    return;
  }
  const mine = ++asked;
  const query = new URLSearchParams(new FormData(form));
  query.delete("at");
  query.set("threshold", here().threshold);
  const address = `${location.pathname}?${query}`;
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    outcome.replaceChildren(...page.getElementById("outcome").childNodes);
    history.replaceState(null, "", address);
    start();
  } catch {
    location.assign(address);
  }
}

function begin() {
  document.documentElement.classList.add("scripted");
  slider.addEventListener("input", say);
  form.addEventListener("change", (event) => { if (event.target !== slider) ask(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  start();
}

if (form && slider && outcome) begin();
