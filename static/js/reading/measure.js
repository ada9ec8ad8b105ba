// Measuring: ruler, angle, cup and disc, heart and chest. Millimetres only where the film says how large a pixel is.
"use strict";

(() => {
  const line = (a, b) => ["line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y }];
  const words = (...said) => Desk.words(...said);
  const shown = (value, digits) => Desk.number(value, digits);

  // Length between two points in pixels of the full picture, and in millimetres if the spacing is known.
  function span({ picture }, a, b) {
    const across = (b.u - a.u) * picture.width;
    const down = (b.v - a.v) * picture.height;
    const [row, column] = picture.spacing ?? [];
    return { pixels: Math.hypot(across, down), mm: row ? Math.hypot(across * column, down * row) : null };
  }
  const disc = (pane) => pane.layer.figures.find((figure) => figure.kind === "disc");

  function length(pane, a, b) {
    const { pixels, mm } = span(pane, a, b);
    const from = pane.picture.spacingFrom === "ImagerPixelSpacing" ? "mm-detector" : "mm";
    if (mm !== null) return words(from, { n: shown(mm) });
    const known = disc(pane);
    const discs = known && pixels / span(pane, known.points[0], known.points[3]).pixels;
    return words(discs ? "pixels-discs" : "pixels", { n: shown(pixels, 0), discs: discs && shown(discs) });
  }

  function angle(pane, [a, corner, b]) {
    const [row, column] = pane.picture.spacing ?? [1, 1];
    const arm = (p) => Math.atan2((p.v - corner.v) * pane.picture.height * row, (p.u - corner.u) * pane.picture.width * column);
    const turn = Math.abs(arm(a) - arm(b)) * (180 / Math.PI);
    return turn > 180 ? 360 - turn : turn;
  }

  // An ellipse whose top and bottom are two points of the stage, a little narrower than high, as discs are.
  function oval(top, bottom, name) {
    const high = Math.hypot(bottom.x - top.x, bottom.y - top.y) / 2;
    const lean = (Math.atan2(bottom.y - top.y, bottom.x - top.x) * 180) / Math.PI - 90;
    const x = (top.x + bottom.x) / 2;
    const y = (top.y + bottom.y) / 2;
    return ["ellipse", { class: name, cx: x, cy: y, rx: high * 0.93, ry: high, transform: `rotate(${lean} ${x} ${y})` }];
  }

  const ratio = (pane, p) => span(pane, p[1], p[2]).pixels / span(pane, p[0], p[3]).pixels;
  const KINDS = {
    ruler: {
      at: [[-1, 0], [1, 0]], names: ["end", "end"], shapes: ([a, b]) => [line(a, b)],
      label: (pane, p) => length(pane, p[0], p[1]),
    },
    angle: {
      at: [[-1, 0.5], [0, -0.5], [1, 0.5]], names: ["end", "corner", "end"], shapes: ([a, b, c]) => [line(a, b), line(b, c)],
      label: (pane, p) => words("degrees", { n: shown(angle(pane, p)) }),
    },
    disc: {
      at: [[0, -1], [0, -0.5], [0, 0.5], [0, 1]], names: ["disc-top", "cup-top", "cup-bottom", "disc-bottom"],
      shapes: ([a, b, c, d]) => [oval(a, d, "outer"), oval(b, c, "inner")],
      label: (pane, p) => words("cup-disc", { n: shown(ratio(pane, p), 2) }),
    },
    chest: {
      at: [[-2, 0.6], [-0.8, 0.4], [1, 0.4], [2, 0.6]], names: ["chest-right", "heart-right", "heart-left", "chest-left"],
      shapes: ([a, b, c, d]) => [line(a, d), ...[a, b, c, d].map((p, n) => ["line", { class: n % 3 ? "inner" : "outer", x1: p.x, y1: p.y - 60, x2: p.x, y2: p.y + 60 }])],
      label: (pane, p) => words(pane.picture.position === "AP" ? "heart-chest-ap" : "heart-chest", {
        n: shown(Math.abs(p[2].u - p[1].u) / Math.max(1e-6, Math.abs(p[3].u - p[0].u)), 2),
      }),
    },
  };

  // Put a measure into the middle of the picture; its first handle has the focus, so the arrow keys move it at once.
  Desk.measure = (pane, kind, tell) => {
    if (!pane?.open) return;
    const { at, names, shapes, label } = KINDS[kind];
    if (kind === "disc" || kind === "chest") pane.layer.clear([kind]);
    const { x, y, reach } = pane.layer.middle();
    const figure = pane.layer.add({
      kind, shapes, names: names.map((name) => words(`handle-${name}`)),
      points: at.map(([right, down]) => pane.toPicture({ x: x + right * reach, y: y + down * reach })),
      label() { return label(pane, this.points); },
      live: () => tell(pane, label(pane, figure.points)),
      moved: () => tell(pane, label(pane, figure.points)),
      gone: () => tell(pane, ""),
      enter: kind === "disc" && (() => document.dispatchEvent(new CustomEvent("desk:do", { detail: "enter-cup" }))),
    });
    figure.handles[0].focus();
    tell(pane, label(pane, figure.points));
  };
  Desk.MEASURES = Object.keys(KINDS);
  // The cup–disc ratio as drawn on a picture, to take over into the sheet; null where none is drawn.
  Desk.cupDisc = (pane) => (pane?.layer && disc(pane) ? ratio(pane, disc(pane).points) : null);
})();
