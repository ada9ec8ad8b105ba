// What Chart.js is told to draw for each kind of plot the server asks for. Pure: the colours and the direction come from
// the theme, so that a test can do without a page.

/** @typedef {(plot: Figures.Plot, look: Figures.Theme) => Vendor.Settings} Draws */
/** @typedef {(look: Figures.Theme, one: Figures.Series) => Vendor.Settings} DrawsOne */

const WIDEST = 17; // letters in a line of a label

/** Long names go over several lines, so that the plot keeps its width on a phone. @param {string} text */
export function folded(text) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDEST) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** @param {Figures.Theme} look @param {Figures.Series} one */
const tone = (look, one) => look.colour(`--chart-${one.tone}`);

/** A share is a point on its interval, so that nobody reads the point without the doubt around it. @type {DrawsOne} */
function interval(look, one) {
  if (Array.isArray(one.values.find((value) => value !== null))) {
    return { backgroundColor: `${tone(look, one)}66`, barPercentage: 0.25, order: 2 };
  }
  return { type: "line", showLine: false, pointRadius: 6, pointStyle: "rectRot", backgroundColor: look.colour("--ink"), order: 1 };
}

/** @type {Record<string, DrawsOne>} */
const SERIES = {
  stack: (look, one) => ({ backgroundColor: tone(look, one), borderColor: look.colour("--chart-gap"), borderWidth: 1, stack: "all" }),
  bars: (look, one) => ({ backgroundColor: tone(look, one), borderRadius: 4 }),
  interval,
};

/** @param {Figures.Theme} look */
const start = (look) => (look.rtl ? "right" : "left");
/** @param {Figures.Theme} look */
const lines = (look) => ({ color: look.colour("--chart-grid") });

/** @type {Draws} */
function bars(plot, look) {
  const stacked = plot.kind === "stack";
  return {
    type: "bar",
    data: { labels: plot.labels, datasets: plot.series.map((one) => ({ label: one.name, data: one.values, ...SERIES[plot.kind](look, one) })) },
    options: {
      maintainAspectRatio: false,
      scales: {
        x: { stacked, reverse: look.rtl, grid: { display: false } },
        y: { stacked, beginAtZero: true, position: start(look), grid: lines(look), ticks: { precision: 0 } },
      },
      plugins: {
        legend: { display: plot.series.length > 1, position: "bottom", rtl: look.rtl, labels: { boxWidth: 16 } },
        tooltip: { rtl: look.rtl },
      },
    },
  };
}

/** On the diagonal both models say the same. @param {Figures.Theme} look */
const diagonal = (look) => ({
  label: "", type: "line", data: [{ x: 0, y: 0 }, { x: 1, y: 1 }],
  borderColor: look.colour("--chart-quiet"), borderDash: [6, 6], borderWidth: 1, pointRadius: 0,
});

/** @param {Figures.Series} one */
const pairs = ({ values }) => values.map((pair) => (Array.isArray(pair) ? { x: pair[0], y: pair[1] } : null));
/** @param {Vendor.Label} item */
const named = (item) => item.text !== "";

/** Two scores of the same picture. @type {Draws} */
function scatter(plot, look) {
  /** @param {Figures.Series} one @param {number} at */
  const points = (one, at) => ({
    label: one.name, data: pairs(one), backgroundColor: tone(look, one),
    pointStyle: at ? "triangle" : "circle", pointRadius: at ? 6 : 4,
    clip: false, // scores of 0 and 1 lie on the frame
  });
  /** @param {string} text @param {Vendor.Settings} more */
  const axis = (text, more) => ({ min: 0, max: 1, title: { display: true, text }, grid: lines(look), ...more });
  return {
    type: "scatter",
    data: { datasets: [...plot.series.map(points), diagonal(look)] },
    options: {
      maintainAspectRatio: false,
      animation: false, // on its way up a point would show a score that nobody gave
      scales: { x: axis(plot.labels[0], { reverse: look.rtl }), y: axis(plot.labels[1], { position: start(look) }) },
      plugins: {
        legend: { position: "bottom", rtl: look.rtl, labels: { usePointStyle: true, filter: named } },
        tooltip: { rtl: look.rtl },
      },
    },
  };
}

/** A value of a forest in words: with its unit, or with two digits. @type {(unit?: string) => (x: number) => string} */
export const said = (unit) => (x) => (unit ? `${Math.round(x)} ${unit}` : x.toFixed(2));

/** Points on their intervals, one line below the other: names of readers are too long to stand under a bar. @type {Draws} */
function forest(plot, look) {
  const [{ span: [from, to] = [0, 1], unit }] = plot.series;
  const words = said(unit);
  /** @param {Figures.Series} one */
  const row = (one) => ({ label: one.name, data: one.values, ...interval(look, one), pointRadius: 7, clip: false });
  /** @param {{ dataset: { label: string }, raw: number | number[] }} at */
  const label = ({ dataset, raw }) => `${dataset.label}: ${Array.isArray(raw) ? raw.map(words).join("–") : words(raw)}`;
  /** @param {number} x */
  const ticked = (x) => (unit ? `${x} ${unit}` : x);
  return {
    type: "bar",
    data: { labels: plot.labels.map(folded), datasets: plot.series.map(row) },
    options: {
      indexAxis: "y",
      layout: { padding: { left: 8, right: 12 } },
      maintainAspectRatio: false,
      scales: {
        x: { min: from, max: to, reverse: look.rtl, grid: lines(look), ticks: { maxTicksLimit: 5, callback: ticked } },
        y: { position: start(look), grid: { display: false } },
      },
      plugins: { legend: { display: false }, tooltip: { rtl: look.rtl, callbacks: { label } } },
    },
  };
}

const KINDS = { stack: bars, bars, interval: bars, scatter, forest };

/** What Chart.js is told for this plot. @type {Draws} */
export const settings = (plot, look) => KINDS[plot.kind](plot, look);

/** How high a plot must be, as a length; null where the style sheet says so. @param {Figures.Plot} plot */
export const height = (plot) => (plot.kind === "forest" ? `${3 + 3.5 * plot.labels.length}rem` : null);
