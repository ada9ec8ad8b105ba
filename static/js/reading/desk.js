// The reading desk: the viewer, the grading sheet beside it, the claim, and the next case.
import "../shell/shell.js";
import { start } from "./bench.js";
import * as controls from "./controls.js";
import * as draft from "./draft.js";
import * as grading from "./grading.js";
import * as keys from "./keys.js";
import * as lease from "./lease.js";
import * as next from "./next.js";
// Named here as well, so that a slow line fetches what those need at once and not one after the other.
import "../shell/find.js";
import "./ahead.js";
import "./compare.js";
import "./deeds.js";
import "./geometry.js";
import "./layer.js";
import "./marks.js";
import "./measure.js";
import "./overlay.js";
import "./pane.js";
import "./sheet.js";
import "./tiles.js";
import "./token.js";
import "./tone.js";
import "./words.js";

// OpenSeadragon adds a <style> of its own unless it finds one; the page's policy forbids it, and viewer.css
// draws the focus. An element of that name outside HTML is found and styles nothing.
const decoy = document.createElementNS(null, "style");
decoy.setAttribute("data-openseadragon-mobile-css", "");
document.head.append(decoy);

for (const part of [controls, keys, next, lease, grading, draft]) part.listen();
start();
grading.begin();
draft.begin();
