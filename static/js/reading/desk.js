// The reading desk: the viewer, the grading sheet beside it, the claim, and the next case.
import "../shell/shell.js";
import { start } from "./bench.js";
import "./controls.js";
import "./keys.js";
import "./next.js";
import "./lease.js";
import { begin } from "./grading.js";
// Named here as well, so that a slow line fetches what those need at once and not one after the other.
import "./ahead.js";
import "./compare.js";
import "./deeds.js";
import "./geometry.js";
import "./layer.js";
import "./marks.js";
import "./measure.js";
import "./overlay.js";
import "./pane.js";
import "./tiles.js";
import "./token.js";
import "./tone.js";
import "./words.js";

// OpenSeadragon adds a <style> of its own unless it finds one; the page's policy forbids it, and viewer.css
// draws the focus. An element of that name outside HTML is found and styles nothing.
const decoy = document.createElementNS(null, "style");
decoy.setAttribute("data-openseadragon-mobile-css", "");
document.head.append(decoy);

start();
begin();
