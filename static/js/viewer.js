// The pictures: one OpenSeadragon per view, a common display tone, and the overlay once the server offers it.
"use strict";

(() => {
  const root = document.getElementById("viewer");
  if (!root) return;
  const plain = { brightness: 0, contrast: 0, redfree: false, inverted: false };
  const tone = { ...plain };
  const panes = new Map();
  let active = root.querySelector("[data-pane]").dataset.pane;
  let heatOn = false;

  // OpenSeadragon adds a <style> of its own unless it finds one; the page's policy forbids it, and viewer.css
  // draws the focus. An element of that name outside HTML is found and styles nothing.
  const decoy = document.createElementNS(null, "style");
  decoy.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(decoy);

  const current = (pane) => pane.figure.querySelector('[data-photo][aria-pressed="true"]');

  function open(pane, url, keepPlace) {
    const place = keepPlace && pane.osd.world.getItemCount() ? pane.osd.viewport.getBounds() : null;
    pane.full = url === current(pane).dataset.full;
    pane.osd.addOnceHandler("open", () => {
      if (place) pane.osd.viewport.fitBounds(place, true);
      showTone();
      showHeat(pane);
    });
    pane.osd.open({ type: "image", url });
  }

  function build(figure) {
    const pane = { figure, stage: figure.querySelector("[data-stage]"), full: false };
    panes.set(figure.dataset.pane, pane);
    figure.addEventListener("pointerdown", () => activate(figure.dataset.pane));
    if (!pane.stage) return;
    pane.osd = OpenSeadragon({
      element: pane.stage, drawer: "canvas", showNavigationControl: false, crossOriginPolicy: false,
      animationTime: 0.25, maxZoomPixelRatio: 8, minZoomImageRatio: 0.8, visibilityRatio: 0.3,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { pinchRotate: false, dblTapToZoom: true },
    });
    pane.osd.canvas.setAttribute("role", "img");
    pane.osd.canvas.setAttribute("aria-label", pane.stage.getAttribute("aria-label"));
    // Its own keys would mirror an eye (f): right would pass for left.
    pane.osd.addHandler("canvas-key", (event) => { event.preventDefaultAction = true; });
    pane.osd.addHandler("open-failed", () => say(pane, root.dataset.failed));
    pane.osd.addHandler("rotate", showTone);
    open(pane, current(pane).dataset.src, false);
  }

  function say(pane, words) {
    const state = pane.figure.querySelector("[data-state]");
    if (state.textContent !== words) state.textContent = words;
  }

  function showTone() {
    const contrast = 1 + tone.contrast / 100;
    const slope = tone.inverted ? -contrast : contrast;
    const lift = 0.5 - contrast / 2 + tone.brightness / 100;
    const intercept = tone.inverted ? 1 - lift : lift;
    const green = "0 1 0 0 0  0 1 0 0 0  0 1 0 0 0  0 0 0 1 0";
    root.querySelector("feColorMatrix").setAttribute(
      "values", tone.redfree ? green : "1 0 0 0 0  0 1 0 0 0  0 0 1 0 0  0 0 0 1 0");
    for (const channel of root.querySelectorAll("feFuncR, feFuncG, feFuncB")) {
      channel.setAttribute("slope", slope);
      channel.setAttribute("intercept", intercept);
    }
    const changed = Object.keys(plain).some((key) => tone[key] !== plain[key]);
    for (const pane of panes.values()) {
      if (!pane.osd) continue;
      pane.osd.drawer.canvas.style.filter = changed ? "url(#tone)" : "none";
      say(pane, words(pane));
    }
    for (const input of root.querySelectorAll("[data-tone]")) input.value = tone[input.dataset.tone];
    for (const button of root.querySelectorAll("[data-flag]")) button.setAttribute("aria-pressed", tone[button.dataset.flag]);
  }

  function words(pane) {
    const signed = (value) => `${value > 0 ? "+" : "−"}${Math.abs(value)} %`;
    const parts = [];
    if (tone.redfree) parts.push(root.dataset.redfree);
    if (tone.inverted) parts.push(root.dataset.inverted);
    if (tone.brightness) parts.push(`${root.dataset.brightness} ${signed(tone.brightness)}`);
    if (tone.contrast) parts.push(`${root.dataset.contrast} ${signed(tone.contrast)}`);
    const turned = pane.osd.viewport ? Math.round(pane.osd.viewport.getRotation()) % 360 : 0;
    const said = parts.length ? `${root.dataset.enhanced} ${parts.join(", ")}` : root.dataset.original;
    return [said, turned && `${root.dataset.rotated} ${turned}°`, heatWords(pane)].filter(Boolean).join(" · ");
  }

  // A map that is missing, late or broken must not pass for a map with nothing on it.
  function heatWords(pane) {
    const tool = document.querySelector("[data-heat-toggle]");
    if (!heatOn || !tool) return "";
    if (!pane.heat) return tool.dataset.none;
    if (!pane.heat.complete) return tool.dataset.loading;
    return pane.heat.naturalWidth ? tool.dataset.shown : tool.dataset.failed;
  }

  function showHeat(pane) {
    if (!pane.osd || !pane.osd.world.getItemCount()) return;
    const offered = document.querySelector(`[data-heat-of="${current(pane).dataset.photo}"]`);
    if (pane.heat) {
      pane.osd.removeOverlay(pane.heat);
      pane.heat = null;
    }
    if (!heatOn || !offered) return say(pane, words(pane));
    // Asked for only now: a look at the overlay is a look that is written down. Fetched once per picture.
    pane.kept ??= new Map();
    const known = pane.kept.get(offered.dataset.src) ?? Object.assign(new Image(), { alt: "", src: offered.dataset.src });
    pane.kept.set(offered.dataset.src, known);
    pane.heat = known;
    known.onload = known.onerror = () => say(pane, words(pane));
    known.className = "heat";
    known.style.opacity = Number(document.querySelector("[data-heat-opacity]").value) / 100;
    pane.osd.addOverlay({ element: known, location: pane.osd.world.getItemAt(0).getBounds() });
    say(pane, words(pane));
  }

  function toggleHeat() {
    const button = document.querySelector("[data-heat-toggle]");
    if (!button) return;
    heatOn = !heatOn;
    showHeatTool();
    panes.forEach(showHeat);
  }

  function showHeatTool() {
    document.querySelector("[data-heat-toggle]")?.setAttribute("aria-pressed", heatOn);
    document.querySelector("[data-heat-slider]")?.toggleAttribute("hidden", !heatOn);
  }

  function activate(code) {
    if (!panes.has(code)) return;
    active = code;
    for (const [key, pane] of panes) pane.figure.classList.toggle("active", key === code);
    const { full } = panes.get(code).osd ? current(panes.get(code)).dataset : {};
    root.querySelector('[data-do="full"]').hidden = !full || panes.get(code).full;
    document.dispatchEvent(new CustomEvent("desk:active", { detail: code }));
  }

  function show(which) {
    const all = which === "all";
    if (!all) activate(which);
    root.querySelector("[data-panes]").classList.toggle("single", !all);
    for (const button of root.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", button.dataset.show === which);
  }

  function pick(button) {
    const pane = panes.get(button.closest("[data-pane]").dataset.pane);
    for (const other of pane.figure.querySelectorAll("[data-photo]")) other.setAttribute("aria-pressed", other === button);
    open(pane, button.dataset.src, false);
    activate(pane.figure.dataset.pane);
  }

  const view = () => panes.get(active).osd?.viewport;
  const pan = (x, y) => view()?.panBy(view().deltaPointsFromPixels(new OpenSeadragon.Point(x, y)));
  const deeds = {
    "zoom-in": () => view()?.zoomBy(1.4),
    "zoom-out": () => view()?.zoomBy(1 / 1.4),
    home: () => { view()?.setRotation(0); view()?.goHome(); },
    turn: () => view()?.setRotation(view().getRotation() + 90),
    left: () => pan(-80, 0), right: () => pan(80, 0), up: () => pan(0, -80), down: () => pan(0, 80),
    full: () => { open(panes.get(active), current(panes.get(active)).dataset.full, true); activate(active); },
    screen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()),
    reset: () => { Object.assign(tone, plain); showTone(); },
    redfree: () => flag("redfree"), inverted: () => flag("inverted"), heat: toggleHeat,
    darker: () => shift("brightness", -5), brighter: () => shift("brightness", 5),
    flatter: () => shift("contrast", -5), harder: () => shift("contrast", 5),
    "show-OD": () => show("OD"), "show-OS": () => show("OS"), "show-all": () => show("all"),
  };

  function flag(name) {
    const button = root.querySelector(`[data-flag="${name}"]`);
    if (!button) return;
    tone[name] = !tone[name];
    showTone();
  }

  function shift(name, by) {
    const input = root.querySelector(`[data-tone="${name}"]`);
    tone[name] = Math.min(Number(input.max), Math.max(Number(input.min), tone[name] + by));
    showTone();
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.do) deeds[button.dataset.do]();
    else if (button.dataset.flag) flag(button.dataset.flag);
    else if (button.dataset.show) show(button.dataset.show);
    else if (button.dataset.photo) pick(button);
    else if ("heatToggle" in button.dataset) toggleHeat();
  });
  root.addEventListener("input", (event) => {
    if (event.target.dataset.tone) {
      tone[event.target.dataset.tone] = Number(event.target.value);
      showTone();
    } else if ("heatOpacity" in event.target.dataset) panes.forEach((pane) => {
      if (pane.heat) pane.heat.style.opacity = Number(event.target.value) / 100;
    });
  });
  document.addEventListener("desk:do", (event) => deeds[event.detail]?.());
  document.addEventListener("htmx:oobAfterSwap", showHeatTool);
  document.addEventListener("desk:look", (event) => activate(event.detail));

  root.querySelectorAll("[data-pane]").forEach(build);
  activate(active);
  if (panes.size > 1 && matchMedia("(max-width: 47.99rem)").matches) show(active);
})();
