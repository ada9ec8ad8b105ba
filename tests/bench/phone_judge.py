"""The phone's own judge of photos, run as the phone runs it: decoded by a browser, judged in its worker."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.chromium import find

STATIC = Path(__file__).resolve().parents[2] / "static"
ORIGIN = "http://phone.invalid"
PAGE = "<!doctype html><title>judge</title>"
JUDGE_ALL = """
async ({names, kind}) => {
  const {decoded, judged} = await import("/static/js/app/decode.js");
  const worker = new Worker("/static/js/app/judge-worker.js", {type: "module"});
  const ask = (job) => new Promise((done) => {
    worker.onmessage = ({data}) => done(data);
    worker.postMessage(job, [job.pixels.data.buffer]);
  });
  const verdicts = [];
  for (const name of names) {
    const blob = await (await fetch(`/photo/${name}`)).blob();
    const started = performance.now();
    let found;
    try {
      const {pixels, side} = judged(await decoded(blob));
      found = await ask({id: name, pixels, kind, side});
    } catch (error) {
      found = {reason: "unreadable", measures: {}};
    }
    const seconds = (performance.now() - started) / 1000;
    verdicts.push({name, reason: found.reason, measures: found.measures, seconds});
  }
  worker.terminate();
  return verdicts;
}
"""


class PhoneJudge:
    """Judges encoded photos (JPEG or PNG bytes) in one real Chromium page."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.photos: dict[str, bytes] = {}
        page.route(f"{ORIGIN}/**", self._answer)
        page.goto(f"{ORIGIN}/")

    def _answer(self, route: Any) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        elif path.startswith("/photo/"):
            route.fulfill(body=self.photos[path.removeprefix("/photo/")], content_type="application/octet-stream")
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    def slow_down(self, times: int) -> None:
        """Make the processor as many times slower, as Chromium emulates a cheap phone."""
        self.page.context.new_cdp_session(self.page).send("Emulation.setCPUThrottlingRate", {"rate": times})

    def judge(self, photos: list[bytes], kind: str) -> list[dict[str, Any]]:
        """A verdict per photo: reason (None where fit), measures, seconds from file to verdict.

        `kind`: which judge looks, "eye", "film" or "light".
        """
        self.photos = {str(number): data for number, data in enumerate(photos)}
        return list(self.page.evaluate(JUDGE_ALL, {"names": list(self.photos), "kind": kind}))


@contextmanager
def phone_judge() -> Iterator[PhoneJudge]:
    """Raises RuntimeError where there is no Chromium."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        raise RuntimeError("no Chromium on this machine: set FIELDLIGHT_CHROMIUM or install one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield PhoneJudge(browser.new_page())
        browser.close()
