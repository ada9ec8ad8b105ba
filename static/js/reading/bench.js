// The viewer: its panes and tools, and what every button, key and slider does.
"use strict";

(() => {
  let bench = null;

  // OpenSeadragon adds a <style> of its own unless it finds one; the page's policy forbids it, and viewer.css
  // draws the focus. An element of that name outside HTML is found and styles nothing.
  const decoy = document.createElementNS(null, "style");
  decoy.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(decoy);

  class Bench {
    constructor(root) {
      this.root = root;
      this.panes = new Map();
      this.tone = new Desk.Tone(root);
      this.heat = new Desk.Heat((pane) => this.say(pane));
      this.marks = new Desk.Marks(this.panes);
      for (const figure of root.querySelectorAll("[data-pane]")) {
        const pane = new Desk.Pane(figure, (which, opened) => (opened ? this.opened(which) : this.say(which)));
        this.panes.set(pane.code, pane);
        figure.addEventListener("pointerdown", () => this.activate(pane.code));
        figure.addEventListener("focusin", () => this.active !== pane.code && this.activate(pane.code));
      }
      this.compare = new Desk.Compare(root, this.panes, (code) => this.activate(code));
      this.activate([...this.panes.keys()][0]);
      const narrow = matchMedia("(max-width: 47.99rem)").matches;
      this.compare.show(narrow ? this.active : this.compare.shown);
    }

    get pane() { return this.panes.get(this.active); }
    get busy() { return [...this.panes.values()].some((pane) => pane.busy); }
    get view() { return this.pane.open ? this.pane.osd.viewport : null; }

    opened(pane) {
      if (!pane.following) {
        pane.following = true;
        for (const sign of ["zoom", "pan", "rotate"]) pane.osd.addHandler(sign, () => pane.code === this.active && this.compare.follow(pane));
      }
      this.tone.apply(this.panes.values());
      this.heat.show(pane);
      this.marks.draw();
      this.say(pane);
      this.fit();
      pane.osd.world.getItemAt(0).addOnceHandler("fully-loaded-change", () => {
        document.dispatchEvent(new CustomEvent("desk:seen", { detail: pane.code }));
      });
    }

    // What is shown is always said: from which pixels, what the server did to them, and what the browser does.
    say(pane) {
      if (!pane.open || !pane.picture) return;
      const rendered = this.rendered(pane);
      const changed = [rendered, ...this.tone.words()].filter(Boolean);
      const base = changed.length ? Desk.words("enhanced", { how: changed.join(", ") }) : Desk.words(pane.osd.world.getItemCount() > 1 ? "original-full" : "original");
      const more = [
        pane.failed && Desk.words("failed"), pane.busy && Desk.words("busy"),
        pane.turned && Desk.words("rotated", { n: pane.turned }), this.heat.words(pane),
      ];
      pane.say([base, ...more].filter(Boolean).join(" · "));
      pane.figure.querySelector("[data-mirrored]")?.toggleAttribute("hidden", !pane.mirrored);
      if (pane.code === this.active) this.fit();
    }

    rendered(pane) {
      if (pane.busy || pane.way === "original") return "";
      if (pane.way === "clahe") return Desk.words("clahe");
      const [centre, width] = pane.window ?? [];
      return Desk.words(`window-${pane.way}`, { centre, width });
    }

    sayAll() { for (const pane of this.panes.values()) this.say(pane); }

    // The tools show what can be done with the picture that is looked at.
    fit() {
      const { pane } = this;
      for (const button of this.root.querySelectorAll("[data-way]")) button.setAttribute("aria-pressed", button.dataset.way === pane.way);
      const deep = pane.picture?.deep;
      for (const part of this.root.querySelectorAll("[data-deep-only]")) part.hidden = !deep;
      if (deep && this.ranged !== pane.picture.photo) {
        this.ranged = pane.picture.photo;
        const [low, high, centre, width] = deep.split(",").map(Number);
        const [c, w] = ["centre", "width"].map((name) => this.root.querySelector(`[data-window="${name}"]`));
        const step = Math.max(1, Math.round((high - low) / 64));
        Object.assign(c, { min: low, max: high, step, value: centre });
        Object.assign(w, { min: step, max: high - low, step, value: width });
      }
      this.root.querySelector('[data-do="flip"]')?.setAttribute("aria-pressed", pane.mirrored);
      const before = this.root.querySelector('[data-do="earlier"]');
      if (before) before.disabled = !this.compare?.before(this.active ?? "");
      const cup = this.root.querySelector('[data-do="enter-cup"]');
      if (cup) cup.hidden = Desk.cupDisc(pane) === null || !document.querySelector(`[name="${this.active}-cup_disc"]`);
    }

    activate(code) {
      if (!this.panes.has(code)) return;
      this.active = code;
      for (const [key, pane] of this.panes) pane.figure.classList.toggle("active", key === code);
      this.fit();
      document.dispatchEvent(new CustomEvent("desk:active", { detail: code.replace("-before", "") }));
    }

    measured(pane, words) {
      this.root.querySelector("[data-measured]").textContent = words;
      this.fit();
    }
  }

  const toned = (act) => (b) => { act(b.tone); b.tone.apply(b.panes.values()); b.sayAll(); };
  const pan = (x, y) => (b) => b.view?.panBy(b.view.deltaPointsFromPixels(new OpenSeadragon.Point(b.pane.mirrored ? -x : x, y)));
  const way = (name) => (b) => {
    if (!b.pane.open || (name !== "original" && name !== "clahe" && !b.pane.picture.deep)) return;
    b.pane.look({ way: b.pane.way === name ? "original" : name });
  };
  const DEEDS = {
    "zoom-in": (b) => b.view?.zoomBy(1.4), "zoom-out": (b) => b.view?.zoomBy(1 / 1.4),
    home: (b) => { b.view?.setRotation(0); b.view?.setFlip(false); b.view?.goHome(); },
    turn: (b) => b.view?.setRotation(b.view.getRotation() + 90), flip: (b) => b.view?.toggleFlip(),
    left: pan(-80, 0), right: pan(80, 0), up: pan(0, -80), down: pan(0, 80),
    darker: toned((t) => t.shift("brightness", -5)), brighter: toned((t) => t.shift("brightness", 5)),
    flatter: toned((t) => t.shift("contrast", -5)), harder: toned((t) => t.shift("contrast", 5)),
    inverted: toned((t) => { t.inverted = !t.inverted; }),
    redfree: (b) => b.root.querySelector('[data-flag="redfree"]') && toned((t) => { t.redfree = !t.redfree; })(b),
    reset: (b) => { toned((t) => t.reset())(b); for (const p of b.panes.values()) if (p.open && p.way !== "original") p.look({ way: "original" }); },
    original: way("original"), clahe: way("clahe"), lung: way("lung"), soft: way("soft"), bone: way("bone"),
    heat: (b) => b.heat.toggle(b.panes),
    earlier: (b) => b.compare.earlier(b.active), link: (b) => { b.compare.link(); b.compare.follow(b.pane); },
    "show-OD": (b) => see(b, "OD"), "show-OS": (b) => see(b, "OS"), "show-all": (b) => see(b, "all"),
    "next-photo": (b) => nextPhoto(b), mark: (b) => b.marks.begin(b.pane),
    unmeasure: (b) => { for (const p of b.panes.values()) p.layer?.clear(Desk.MEASURES); b.measured(b.pane, ""); },
    "enter-cup": (b) => enterCup(b), screen: (b) => screen(b),
  };
  for (const kind of Desk.MEASURES) DEEDS[`measure-${kind}`] = (b) => Desk.measure(b.pane, kind, (pane, words) => b.measured(pane, words));

  function see(b, which) {
    if (which !== "all" && !b.panes.has(which)) return;
    b.compare.show(which);
    if (which !== "all") b.activate(which);
  }

  function nextPhoto(b) {
    const buttons = [...b.pane.figure.querySelectorAll("button[data-photo]")];
    if (buttons.length) b.pane.pick(buttons[(buttons.indexOf(b.pane.choice) + 1) % buttons.length]);
  }

  function enterCup(b) {
    const field = document.querySelector(`[name="${b.active}-cup_disc"]`);
    if (!field || Desk.cupDisc(b.pane) === null) return;
    field.closest("details").open = true;
    field.value = Desk.cupDisc(b.pane).toFixed(2);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // The whole desk, not the picture alone: whose picture it is stays on the screen.
  function screen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.getElementById("main").requestFullscreen?.();
  }

  const act = (name) => { if (bench && DEEDS[name]) DEEDS[name](bench); };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || !bench) return;
    const { dataset } = button;
    if (dataset.do) act(dataset.do);
    else if (dataset.flag) act(dataset.flag);
    else if (dataset.way) act(dataset.way);
    else if (dataset.show) act(`show-${dataset.show}`);
    else if (dataset.photo) { const pane = bench.panes.get(button.closest("[data-pane]").dataset.pane); pane.pick(button); bench.activate(pane.code); }
    else if ("heatToggle" in dataset) act("heat");
    else if ("dropMark" in dataset) bench.marks.drop(button);
    else if ("said" in dataset) bench.marks.point(button);
  });
  document.addEventListener("input", ({ target }) => {
    if (!bench) return;
    if (target.dataset.tone) toned((tone) => { tone[target.dataset.tone] = Number(target.value); })(bench);
    else if ("heatOpacity" in target.dataset) bench.heat.fade(bench.panes.values());
    else if (target.closest("#marks")) bench.marks.typed(target);
  });
  document.addEventListener("change", ({ target }) => {
    if (!bench) return;
    if (target.dataset.window) {
      const [centre, width] = ["centre", "width"].map((name) => bench.root.querySelector(`[data-window="${name}"]`).value);
      bench.pane.look({ centre, width });
    } else if (target.closest("#marks")) bench.marks.changed(target);
  });
  document.addEventListener("desk:do", (event) => act(event.detail));
  document.addEventListener("desk:look", (event) => bench?.activate(event.detail));
  document.addEventListener("htmx:oobAfterSwap", () => { bench?.heat.tool(); bench?.panes.forEach((pane) => bench.heat.show(pane)); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "marks") bench?.marks.answered(); });

  // A read fixes its marks: it waits until what was said of them has arrived.
  document.addEventListener("htmx:confirm", (event) => {
    const waiting = event.detail.elt.id === "grading" && bench?.marks.settle();
    if (!waiting) return;
    event.preventDefault();
    waiting.then(() => event.detail.issueRequest(true));
  });
  window.addEventListener("pagehide", () => bench?.marks.leave());

  Desk.start = () => {
    bench?.panes.forEach((pane) => pane.destroy());
    const root = document.getElementById("viewer");
    bench = root ? new Bench(root) : null;
    Desk.bench = bench;
  };
  Desk.start();
})();
