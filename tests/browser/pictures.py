"""The pictures of the product in the documentation: `python -m tests.browser.pictures`. Drawn patients only."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from inference import drawing
from tests.browser import visits
from tests.browser.chromium import find
from tests.browser.desk import asked, go_on, make, open_case, seen, until
from tests.server import PASSWORD, ROOT, Server, running

FOLDER = ROOT / "docs" / "pictures"
PHONE = {"width": 360, "height": 740}
SIZES = {"": {"width": 1440, "height": 900}, "-tablet": {"width": 1024, "height": 768}}
PATIENT = "Synthetic Chi"  # whose drawn eyes show something


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, sync_playwright() as playwright:
        make(server, 6)
        chromium = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        _field(_sign_in(chromium, server, "amina", PHONE), Path(folder))
        page = _sign_in(chromium, server)
        page.locator("[data-row]").first.wait_for()
        _keep(page, "worklist")
        _read(page, _consult(server))
        chromium.close()


def _consult(server: Server) -> str:
    """The patient's consult, once the models have looked at both eyes."""
    name = f"encounter__patient__name={PATIENT!r}"
    for _n in range(100):
        found = asked(server, f"[str(r.pk) for r in Consult.objects.filter({name}, state='open')]")
        if found:
            return str(found[0])
    raise RuntimeError(f"{PATIENT} was never referred")


def _sign_in(chromium: Any, server: Server, name: str = "olivia", size: dict[str, int] | None = None) -> Any:
    page = chromium.new_context(viewport=size or SIZES[""], base_url=server.url, locale="en-GB").new_page()
    page.set_default_timeout(60_000)
    page.goto("/sign-in/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page


def _field(page: Any, folder: Path) -> None:
    """A visit on the phone: the list, the photos, the answer."""
    _shoot(page, "patients-phone")
    visits.enrol(page, "Drawn Person")
    visits.start(page, "diabetic-eye")
    visits.answer(page, diabetes="type2", diabetes_years="9", sudden_loss="no")
    visits.taken_with(page, "fundus_tabletop")
    for view, side, lesions in (("OD", "R", 4), ("OS", "L", 0)):
        eye = drawing.mark_synthetic(drawing.draw_fundus(40 + lesions, laterality=side, lesions=lesions))
        file = folder / f"{view}.jpg"
        Image.fromarray(eye).save(file, quality=92)
        visits.hand_over(page, view, file)
    page.evaluate("scrollTo(0, 0)")
    page.locator(".view-card").first.evaluate("card => card.scrollIntoView()")
    _shoot(page, "visit-phone")
    visits.hand_in(page)
    visits.answered(page, "refer")
    page.evaluate("scrollTo(0, 0)")
    _shoot(page, "answer-phone")


def _read(page: Any, consult: str) -> None:
    open_case(page, consult)
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
        _shoot(page, f"{name}{suffix}")
    page.set_viewport_size(SIZES[""])


def _shoot(page: Any, name: str) -> None:
    page.wait_for_timeout(1000)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    file = FOLDER / f"{name}.png"
    shot.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(file, optimize=True)
    print(file)


if __name__ == "__main__":
    main()
