// Plots the numbers the page carries as JSON. The same numbers stand in a table under each plot.
import { find } from "../shell/find.js";
import "../shell/shell.js";
import { height, settings } from "./plots.js";
import { draw, prepare, theme } from "./theme.js";

/** @param {Figures.Plot[]} plots @param {Figures.Theme} look */
function plotAll(plots, look) {
  for (const plot of plots) {
    const canvas = find(HTMLCanvasElement, `canvas[data-chart="${plot.id}"]`);
    if (!canvas) continue;
    const high = height(plot);
    if (high) canvas.parentElement?.style.setProperty("block-size", high);
    draw(canvas, settings(plot, look));
  }
}

const data = document.getElementById("plots");
const look = theme();
if (data && prepare(look)) plotAll(JSON.parse(data.textContent ?? "[]"), look);
