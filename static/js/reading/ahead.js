// What was fetched ahead of the case it belongs to: small copies, looks and their first tiles, in this page's memory alone.
"use strict";

(() => {
  const FRESH = 50 * 60000; // a look's tiles may be fetched for an hour
  const AT_ONCE = 4;
  const MOST = 40; // tiles of one picture
  const COARSE = 0.5; // OpenSeadragon draws no level with more than two pixels to one of the screen
  const pictures = new Map(); // address of a small copy or of a tile -> object URL
  const looks = new Map(); // address of a look -> {said, at}

  const about = (address) => /\/images\/([^/]+)\//.exec(address)?.[1];
  const headers = () => JSON.parse(document.body.getAttribute("hx-headers"));

  async function keep(address) {
    if (pictures.has(address)) return;
    const answer = await fetch(address, { priority: "low" }).catch(() => null);
    if (!answer?.ok) return;
    const url = URL.createObjectURL(await answer.blob());
    pictures.set(address, url);
    // Decoded now, so that showing it later is only painting.
    await Object.assign(new Image(), { src: url }).decode().catch(() => {});
  }

  // Every tile that the whole picture is drawn from on a stage of this size.
  function opening(said, { clientWidth, clientHeight }) {
    const scale = Math.min(clientWidth / said.width, clientHeight / said.height) * devicePixelRatio;
    const found = [];
    for (let level = said.levels - 1; level >= 0 && scale * 2 ** level >= COARSE; level -= 1) {
      const [columns, rows] = [said.width, said.height].map((full) => Math.ceil(Math.ceil(full / 2 ** level) / said.tile));
      for (let n = 0; n < columns * rows; n += 1) found.push(Desk.tile(said, level, n % columns, Math.floor(n / columns)));
    }
    return found.slice(0, MOST);
  }

  // A look is one row in the record: it is begun once, here, and taken up by the page that shows the picture.
  async function begin(address, stage) {
    if (looks.has(address)) return;
    const body = new URLSearchParams({ way: "original" });
    const answer = await fetch(address, { method: "POST", headers: headers(), body }).catch(() => null);
    if (!answer?.ok) return;
    const said = await answer.json();
    looks.set(address, { said, at: Date.now() });
    const tiles = opening(said, stage);
    await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (tiles.length) await keep(tiles.shift()); }));
  }

  Desk.tile = (said, level, x, y) => `${said.base}${level}/${x}_${y}.jpg`;
  Desk.ahead = {
    pictures,
    at: (address) => pictures.get(address) ?? address,

    // The look that was begun for this picture, once; another look later is another row.
    look(address) {
      const kept = looks.get(address);
      looks.delete(address);
      return kept && Date.now() - kept.at < FRESH ? kept.said : null;
    },

    // Fetch what the next case opens with; let go of what is neither its nor on the screen.
    async prepare(next, stage) {
      const shown = [...document.querySelectorAll("[data-photo]")].map((each) => each.dataset.photo);
      const wanted = new Set([...shown, ...next.pictures.map(about)]);
      for (const [address, url] of pictures) {
        if (!wanted.has(about(address))) { URL.revokeObjectURL(url); pictures.delete(address); }
      }
      for (const address of looks.keys()) if (!wanted.has(about(address))) looks.delete(address);
      for (const address of next.pictures) await keep(address);
      for (const address of next.large) await begin(address, stage);
      Desk.ahead.ready = next.pictures;
    },
  };
})();
