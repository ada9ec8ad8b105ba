"""The pictures of the desk in the documentation: `python -m tests.browser.pictures`. Drawn patients only."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from tests.browser.chromium import find
from tests.browser.desk import asked, go_on, make, open_case, seen, until
from tests.server import PASSWORD, ROOT, Server, running

FOLDER = ROOT / "docs" / "pictures"
SIZES = {"": {"width": 1440, "height": 900}, "-tablet": {"width": 1024, "height": 768}}
PATIENT = "Synthetic Chi"  # whose drawn eyes show something


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, sync_playwright() as playwright:
        make(server, 6)
        chromium = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        page = _sign_in(chromium, server)
        page.locator("[data-row]").first.wait_for()
        _keep(page, "worklist")
        _read(page, _referral(server))
        chromium.close()


def _referral(server: Server) -> str:
    """The patient's referral, once the models have looked at both eyes."""
    name = f"encounter__patient__name={PATIENT!r}"
    for _n in range(100):
        found = asked(server, f"[str(r.pk) for r in Referral.objects.filter({name}, state='open')]")
        if found:
            return str(found[0])
    raise RuntimeError(f"{PATIENT} was never referred")


def _sign_in(chromium: Any, server: Server) -> Any:
    page = chromium.new_context(viewport=SIZES[""], base_url=server.url, locale="en-GB").new_page()
    page.set_default_timeout(60_000)
    page.goto("/sign-in/")
    page.fill("[name=login]", "olivia")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page


def _read(page: Any, referral: str) -> None:
    open_case(page, referral)
    seen(page)
    for eye, key in (("d", "3"), ("s", "2")):
        page.locator("#panel").focus()
        page.keyboard.press(eye)
        page.keyboard.press(key)
        page.keyboard.press("v")
    page.locator("#saved", has_text="draft kept").wait_for()
    page.locator("#panel").focus()
    page.keyboard.press("a")
    _keep(page, "impression")
    go_on(page, "impression")
    page.locator("body").press("m")
    until(page, "[...document.querySelectorAll('.heat')].filter((each) => each.naturalWidth).length === 2")
    page.locator("#panel").focus()
    _keep(page, "reading")


def _keep(page: Any, name: str) -> None:
    for suffix, size in SIZES.items():
        page.set_viewport_size(size)
        page.wait_for_timeout(1000)
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        file = FOLDER / f"{name}{suffix}.png"
        shot.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(file, optimize=True)
        print(file)
    page.set_viewport_size(SIZES[""])


if __name__ == "__main__":
    main()
