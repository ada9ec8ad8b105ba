// The threshold explorer: the slider reads out what the page already carries, other numbers are asked of the server.
(() => {
  const form = document.getElementById("setting");
  const slider = document.getElementById("at");
  const outcome = document.getElementById("outcome");
  if (!form || !slider || !outcome) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const rtl = document.documentElement.dir === "rtl";
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.documentElement.classList.add("scripted");
  let told = null;
  let charts = [];
  let open = false;

  const here = () => told.rows[Number(slider.value)];

  const plain = (name, points, tone, more = {}) => ({
    label: name, data: points, borderColor: colour(tone), backgroundColor: "transparent", borderWidth: 2, pointRadius: 0, ...more,
  });

  // Where the slider stands, as an upright line in both plots.
  const mark = (top) => plain(told.words.threshold, [{ x: here().threshold, y: 0 }, { x: here().threshold, y: top }], "--ink", { borderDash: [4, 4], borderWidth: 1 });

  // Chart.js leaves the dashes out: two lines of one colour would look alike.
  const generateLabels = (chart) => Chart.defaults.plugins.legend.labels.generateLabels(chart)
    .map((one) => ({ ...one, lineDash: chart.data.datasets[one.datasetIndex].borderDash ?? [] }));

  const draw = (canvas, lines, y, top) => {
    const x = { type: "linear", min: 0, max: 1, reverse: rtl };
    const chart = new Chart(canvas, {
      type: "line",
      data: { datasets: [...lines, mark(top)] },
      options: {
        maintainAspectRatio: false,
        animation: still ? false : { duration: 200 },
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: {
          x: { ...x, title: { display: true, text: told.words.threshold }, grid: { color: colour("--chart-grid") } },
          y: { min: 0, max: top, position: rtl ? "right" : "left", title: { display: true, text: y }, grid: { color: colour("--chart-grid") } },
        },
        plugins: { legend: { position: "bottom", rtl, labels: { usePointStyle: true, pointStyle: "line", pointStyleWidth: 36, generateLabels } }, tooltip: { rtl } },
      },
    });
    charts.push({ chart, top });
    addEventListener("beforeprint", () => chart.resize());
  };

  const plot = () => {
    charts.forEach(({ chart }) => chart.destroy());
    charts = [];
    if (!window.Chart) return;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.color = colour("--ink");
    const line = (key, scale = 1) => told.rows.map((row) => ({ x: row.threshold, y: scale * row[key] }));
    for (const figure of outcome.querySelectorAll("figure[hidden]")) figure.hidden = false;
    draw(outcome.querySelector('[data-plot="shares"]'), [
      plain(told.words.sensitivity, line("sensitivity", 100), "--chart-human"),
      plain(told.words.lower, line("lower", 100), "--chart-human", { borderDash: [8, 4] }),
      plain(told.words.specificity, line("specificity", 100), "--chart-clear"),
      plain(told.words.referred, line("referred", 100), "--chart-open"),
      plain(told.words.target, [0, 1].map((x) => ({ x, y: 100 * told.target })), "--chart-again", { borderDash: [2, 3] }),
    ], told.words.share, 100);
    const most = Math.max(1, ...told.rows.map((row) => row.tests));
    draw(outcome.querySelector('[data-plot="people"]'), [
      plain(told.words.missed, line("missed"), "--chart-again"),
      plain(told.words.needless, line("needless"), "--chart-open"),
      plain(told.words.tests, line("tests"), "--chart-human", { borderDash: [8, 4] }),
    ], told.words.people, most);
  };

  const say = () => {
    const row = here();
    document.getElementById("at-said").textContent = row.said.threshold;
    slider.setAttribute("aria-valuetext", `${row.said.threshold}, ${told.words.sensitivity} ${row.said.sensitivity}`);
    for (const one of outcome.querySelectorAll("[data-said]")) one.textContent = row.said[one.dataset.said];
    for (const one of outcome.querySelectorAll("[data-proved]")) one.hidden = (one.dataset.proved === "yes") !== row.proved;
    const sent = outcome.querySelector('input[name="threshold"]');
    if (sent) sent.value = row.threshold;
    outcome.querySelectorAll(".steps tbody tr").forEach((tr, at) => {
      const chosen = at === Number(slider.value);
      tr.classList.toggle("here", chosen);
      if (chosen) tr.setAttribute("aria-current", "true");
      else tr.removeAttribute("aria-current");
    });
    for (const { chart, top } of charts) {
      chart.data.datasets[chart.data.datasets.length - 1] = mark(top);
      chart.update("none");
    }
  };

  const start = () => {
    told = JSON.parse(document.getElementById("plots").textContent);
    slider.max = told.rows.length - 1;
    slider.value = told.at;
    const table = outcome.querySelector("details");
    table.open = open;
    table.addEventListener("toggle", () => { open = table.open; });
    plot();
    say();
  };

  // Other numbers: the same page is asked for, and its outcome takes the place of this one. The slider keeps the focus.
  let asked = 0;
  const ask = async () => {
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
  };

  slider.addEventListener("input", say);
  form.addEventListener("change", (event) => { if (event.target !== slider) ask(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  start();
})();
