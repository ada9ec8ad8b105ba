// How plots look on this page: the colours of the style sheet, the direction of the words, and whether anything moves.

/** @returns {Figures.Theme} */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  return {
    colour: (name) => style.getPropertyValue(name).trim(),
    rtl: document.documentElement.dir === "rtl",
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    font: getComputedStyle(document.body).fontFamily,
  };
}

/**
 * What holds for every plot of the page. False where the library could not be loaded: the tables stand alone then.
 * @param {Figures.Theme} theme
 */
export function prepare({ colour, still, font }) {
  if (!("Chart" in globalThis)) return false;
  Chart.defaults.font.family = font;
  Chart.defaults.font.size = 14;
  Chart.defaults.color = colour("--ink");
  Chart.defaults.animation = still ? false : { duration: 300 };
  return true;
}

/** Draw, and draw again for the paper. @param {HTMLCanvasElement} canvas @param {Vendor.Settings} settings */
export function draw(canvas, settings) {
  const chart = new Chart(canvas, settings);
  addEventListener("beforeprint", () => chart.resize());
  return chart;
}
