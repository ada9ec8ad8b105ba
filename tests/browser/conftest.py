"""One real installation with the demonstration, one real Chromium; every test signs in as somebody of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from inference import drawing
from inference.drawing.dicom import synthetic_dicom
from tests.browser.chromium import find
from tests.browser.line import Line, line_to
from tests.browser.phones import Phone
from tests.server import PASSWORD, Server, running

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
SignIn = Callable[..., "sync_api.Page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright_() -> Iterator[sync_api.Playwright]:
    if find() is None:
        pytest.skip("no Chromium on this machine: set FIELDLIGHT_CHROMIUM or install one")
    with sync_api.sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright_: sync_api.Playwright) -> Iterator[sync_api.Browser]:
    browser = playwright_.chromium.launch(
        executable_path=find(),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def server(chromium: sync_api.Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("installation")) as started:
        yield started


@pytest.fixture(scope="session")
def reading_room(chromium: sync_api.Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation for readers: tests put their own cases on its table, so that none waits for a model."""
    with running(tmp_path_factory.mktemp("reading-room")) as started:
        yield started


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of during the test: script errors, policy violations, foreign requests."""
    return []


@pytest.fixture
def sign_in(chromium: sync_api.Browser, server: Server, complaints: list[str]) -> Iterator[SignIn]:
    """sign_in("amina", PHONE, "ar") gives a page of that person's own browser, on their home page."""
    contexts = []

    def complain(text: str) -> None:
        # A poll that overtakes an upload speaks of a picture not yet shown; the upload's own answer shows it.
        if not text.startswith("htmx:oobErrorNoTarget"):
            complaints.append(text)

    def enter(username: str, size: dict[str, int] = DESK, locale: str = "en-GB") -> sync_api.Page:
        context = chromium.new_context(viewport=size, base_url=server.url, locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: message.type == "error" and complain(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: r.url.startswith(("http:", "https:")) and not r.url.startswith(server.url)
                and complaints.append(f"foreign request {r.url}"))  # fmt: skip
        page.goto("/sign-in/")
        page.fill("[name=login]", username)
        page.fill("[name=password]", PASSWORD)
        page.locator("main button[type=submit]").first.click()  # whatever the language
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    """The line between the test's phones and the server."""
    with line_to(server.url) as line:
        yield line


@pytest.fixture
def new_phone(playwright_: sync_api.Playwright, line: Line, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """new_phone() is a phone fresh from the shop; what it complains of fails the test."""
    phones: list[Phone] = []

    def unpack(**how: Any) -> Phone:
        phones.append(Phone(playwright_, line, tmp_path / f"phone-{len(phones)}", **how))
        return phones[-1]

    yield unpack
    for phone in phones:
        phone.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


@pytest.fixture(scope="session")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Forty drawn eyes, right and left by turns, all different."""
    folder = tmp_path_factory.mktemp("eyes")
    files = [folder / f"eye-{seed}.jpg" for seed in range(40)]
    for seed, file in enumerate(files):
        eye = drawing.mark_synthetic(drawing.draw_fundus(500 + seed, laterality="RL"[seed % 2], size=448))
        Image.fromarray(eye).save(file, quality=90)
    return files


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawn pictures: healthy and diseased eyes, a blurred one, films, and things that are none."""
    folder = tmp_path_factory.mktemp("pictures")
    for side in "RL":
        for name, lesions, quality in (("healthy", 0, "good"), ("diseased", 4, "good"), ("blurred", 0, "blurred")):
            eye = drawing.mark_synthetic(
                drawing.draw_fundus(40 + lesions, laterality=side, lesions=lesions, quality=quality)
            )
            Image.fromarray(eye).save(folder / f"{name}-{side}.jpg", quality=92)
    film = drawing.mark_synthetic(drawing.draw_chest(7, opacity="cavity"))
    (folder / "film.dcm").write_bytes(synthetic_dicom(film))
    (folder / "ct.dcm").write_bytes(synthetic_dicom(film, modality="CT"))
    (folder / "notes.txt").write_text("not a picture")
    (folder / "empty.jpg").write_bytes(b"")
    whole = io.BytesIO()
    Image.fromarray(drawing.draw_fundus(3)).save(whole, "JPEG")
    (folder / "cut.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    Image.fromarray(drawing.draw_not_medical(1)).save(folder / "chart.png")
    return folder
