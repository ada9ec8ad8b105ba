"""The reading desk in a real browser: from opening a page, and from the key for the next case, to the picture, in ms.

Every other case is opened with nothing fetched ahead, in the same run, to say what fetching ahead is worth.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.chromium import find
from tests.browser.desk import make, normal, open_case, stand, until
from tests.server import PASSWORD, Server, running

CASES, LOADS = 40, 20
SIZE = {"width": 1440, "height": 900}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# Looks at every frame: `painted` when every picture on the screen is whole as its small copy, `whole` when also every
# tile is there (the same for pictures that have none), `ready` when the next case has been fetched ahead.
WATCH = """(() => {
  const since = { at: 0 };
  window.deskTimes = {};
  const modules = {};
  const running = (name) => {
    const fetched = performance.getEntriesByType("resource").map((each) => each.name);
    const address = fetched.find((each) => new RegExp(`/js/reading/${name}([.][0-9a-f]+)?[.]js$`).test(each));
    if (address && !(name in modules)) {
      modules[name] = null;
      import(address).then((module) => { modules[name] = module; });
    }
    return modules[name];
  };
  const now = () => ({ bench: running("bench")?.bench, ready: running("ahead")?.ready });
  const start = (at) => Object.assign(since, { at, ...now() }) && (window.deskTimes = {});
  start(0);
  const note = (name, true_) => { if (true_ && !(name in deskTimes)) deskTimes[name] = performance.now() - since.at; };
  const look = () => {
    const { bench, ready } = now();
    if (bench && bench !== since.bench) {
      const panes = [...bench.panes.values()].filter((pane) => !pane.figure.hidden);
      const painted = panes.every((pane) => pane.open && pane.osd.world.getItemAt(0).getFullyLoaded());
      const tiled = (pane) => !("large" in (pane.choice?.dataset ?? {})) || pane.osd.world.getItemCount() > 1;
      note("painted", painted);
      note("whole", painted && panes.every((pane) => !pane.busy && tiled(pane)));
      note("ready", ready && ready !== since.ready);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const go = ({ ctrlKey, key }) => { if (ctrlKey && key === "Enter") start(performance.now()); };
  addEventListener("keydown", go, true);
})()"""


def measure() -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    if find() is None:
        return {"skipped": "no Chromium found"}
    found: dict[str, Any] = {"aim": "next case p95 ≤ 300 ms", "screen": "1440 x 900"}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        for kind, megapixels in (("two_eyes", 1), ("large_eyes", 12)):
            cases = _first_in_line(server, make(server, CASES + 1, kind, first=14_000 + 1000 * megapixels))
            page = _sign_in(chromium, server)
            found[kind] = {"first picture": _loads(page, cases[:LOADS]), **_session(page, cases)}
            page.context.close()
        chromium.close()
    return found


def _first_in_line(server: Server, cases: list[str]) -> list[str]:
    due = "now() + __import__('datetime').timedelta(minutes=60 + n)"
    line = f"from django.utils.timezone import now\nfor n, pk in enumerate({cases!r}):\n"
    server.manage("shell", "-v", "0", "-c", f"{line}    Consult.objects.filter(pk=pk).update(due_at={due})\n")
    rest = f"Consult.objects.exclude(pk__in={cases!r}).filter(state='open').update(priority='sample')"
    server.manage("shell", "-v", "0", "-c", rest)
    return cases


def _sign_in(chromium: Any, server: Server) -> Any:
    page = chromium.new_context(viewport=SIZE, base_url=server.url, locale="en-GB").new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(WATCH)
    page.goto("/sign-in/")
    page.fill("[name=login]", "olivia")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page


def _loads(page: Any, cases: list[str]) -> dict[str, int]:
    waits = []
    for case in cases:
        page.goto(f"/referrals/{case}/")
        until(page, "'whole' in deskTimes")
        waits.append(page.evaluate("deskTimes.painted"))
    return _spread(waits)


def _session(page: Any, cases: list[str]) -> dict[str, Any]:
    """Read one case after another. Whether a case is fetched ahead is settled before the one ahead of it opens."""
    nothing_ahead = [False]
    page.route("**/referrals/*/next/", lambda route: route.abort() if nothing_ahead[0] else route.continue_())
    open_case(page, cases[0])
    waits: dict[str, list[float]] = {}
    for number in range(CASES):
        until(page, "'whole' in deskTimes" + ("" if nothing_ahead[0] else " && 'ready' in deskTimes"))
        if not nothing_ahead[0]:
            waits.setdefault("ready after the case before is open", []).append(page.evaluate("deskTimes.ready"))
        how = "nothing ahead" if nothing_ahead[0] else "fetched ahead"
        normal(page, "impression")
        normal(page, "final")
        nothing_ahead[0] = number % 2 == 0
        page.keyboard.press("Control+Enter")
        stand(page, "impression")
        until(page, "'whole' in deskTimes")
        for name in ("painted", "whole"):
            waits.setdefault(f"next case, {how}, {name}", []).append(page.evaluate(f"deskTimes.{name}"))
    return {name: _spread(those) for name, those in waits.items()}


def _spread(waits: list[float]) -> dict[str, int]:
    waits = sorted(waits)
    p50, p95 = (waits[math.ceil(share * len(waits)) - 1] for share in (0.5, 0.95))  # by nearest rank
    return {"cases": len(waits), "p50_ms": round(p50), "p95_ms": round(p95), "longest_ms": round(waits[-1])}
