// Plots the numbers the page carries as JSON. The same numbers stand in a table under each plot.
(() => {
  const data = document.getElementById("plots");
  if (!data || !window.Chart) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const rtl = document.documentElement.dir === "rtl";

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 14;
  Chart.defaults.color = colour("--ink");
  Chart.defaults.animation = still ? false : { duration: 300 };

  const series = {
    stack: (one) => ({ backgroundColor: colour(`--chart-${one.tone}`), borderColor: "#fff", borderWidth: 1, stack: "all" }),
    bars: (one) => ({ backgroundColor: colour(`--chart-${one.tone}`), borderRadius: 4 }),
    // A share is a point on its interval, so that nobody reads the point without the doubt around it.
    interval: (one) =>
      Array.isArray(one.values.find((value) => value !== null))
        ? { backgroundColor: `${colour(`--chart-${one.tone}`)}66`, barPercentage: 0.25, order: 2 }
        : { type: "line", showLine: false, pointRadius: 6, pointStyle: "rectRot", backgroundColor: colour("--ink"), order: 1 },
  };

  // Two scores of the same picture: on the diagonal both models say the same.
  const scatter = (plot) => ({
    type: "scatter",
    data: {
      datasets: [
        ...plot.series.map((one, at) => ({
          label: one.name,
          data: one.values.map(([x, y]) => ({ x, y })),
          backgroundColor: colour(`--chart-${one.tone}`),
          pointStyle: at ? "triangle" : "circle",
          pointRadius: at ? 6 : 4,
          clip: false, // scores of 0 and 1 lie on the frame
        })),
        { label: "", type: "line", data: [{ x: 0, y: 0 }, { x: 1, y: 1 }], borderColor: colour("--chart-quiet"), borderDash: [6, 6], borderWidth: 1, pointRadius: 0 },
      ],
    },
    options: {
      maintainAspectRatio: false,
      animation: false, // on its way up a point would show a score that nobody gave
      scales: {
        x: { min: 0, max: 1, reverse: rtl, title: { display: true, text: plot.labels[0] }, grid: { color: colour("--chart-grid") } },
        y: { min: 0, max: 1, position: rtl ? "right" : "left", title: { display: true, text: plot.labels[1] }, grid: { color: colour("--chart-grid") } },
      },
      plugins: { legend: { position: "bottom", rtl, labels: { usePointStyle: true, filter: (item) => item.text !== "" } }, tooltip: { rtl } },
    },
  });

  // Points on their intervals, one line below the other: names of readers are too long to stand under a bar.
  const forest = (plot) => {
    const [from, to] = plot.series[0].span;
    const said = (x) => (plot.series[0].unit ? `${Math.round(x)} ${plot.series[0].unit}` : x.toFixed(2));
    return {
      type: "bar",
      data: { labels: plot.labels.map(folded), datasets: plot.series.map((one) => ({ label: one.name, data: one.values, ...series.interval(one), pointRadius: 7, clip: false })) },
      options: {
        indexAxis: "y",
        layout: { padding: { left: 8, right: 12 } },
        maintainAspectRatio: false,
        scales: {
          x: { min: from, max: to, reverse: rtl, grid: { color: colour("--chart-grid") }, ticks: { maxTicksLimit: 5, callback: (x) => (plot.series[0].unit ? `${x} ${plot.series[0].unit}` : x) } },
          y: { position: rtl ? "right" : "left", grid: { display: false } },
        },
        plugins: {
          legend: { display: false },
          tooltip: { rtl, callbacks: { label: ({ dataset, raw }) => `${dataset.label}: ${Array.isArray(raw) ? raw.map(said).join("–") : said(raw)}` } },
        },
      },
    };
  };

  // Long names go over several lines, so that the plot keeps its width on a phone.
  const folded = (text) =>
    text.split(" ").reduce((lines, word) => {
      const last = lines[lines.length - 1];
      if (last !== undefined && last.length + word.length < 17) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
      return lines;
    }, []);

  for (const plot of JSON.parse(data.textContent)) {
    const canvas = document.querySelector(`canvas[data-chart="${plot.id}"]`);
    if (!canvas) continue;
    if (plot.kind === "forest") canvas.parentElement.style.blockSize = `${3 + 3.5 * plot.labels.length}rem`;
    if (plot.kind === "scatter" || plot.kind === "forest") {
      const drawn = new Chart(canvas, plot.kind === "scatter" ? scatter(plot) : forest(plot));
      addEventListener("beforeprint", () => drawn.resize());
      continue;
    }
    const stacked = plot.kind === "stack";
    const chart = new Chart(canvas, {
      type: "bar",
      data: {
        labels: plot.labels,
        datasets: plot.series.map((one) => ({ label: one.name, data: one.values, ...series[plot.kind](one) })),
      },
      options: {
        maintainAspectRatio: false,
        scales: {
          x: { stacked, reverse: rtl, grid: { display: false } },
          y: { stacked, beginAtZero: true, position: rtl ? "right" : "left", grid: { color: colour("--chart-grid") }, ticks: { precision: 0 } },
        },
        plugins: { legend: { display: plot.series.length > 1, position: "bottom", rtl, labels: { boxWidth: 16 } }, tooltip: { rtl } },
      },
    });
    addEventListener("beforeprint", () => chart.resize());
  }
})();
