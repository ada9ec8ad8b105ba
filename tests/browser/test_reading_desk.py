"""Whole reading sessions: by keyboard alone, by touch on a tablet, and two readers after the same patient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import DESK
from tests.browser.desk import of_module
from tests.reading_cases import code
from tests.server import Server, running

TABLET = {"width": 1024, "height": 768}
SHEET = {"gradability": "gradable", "icdr": "0", "dme": "none"}


@pytest.fixture(scope="session")
def server(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation with a score of cases to read, so that no test waits for a model."""
    with running(tmp_path_factory.mktemp("desk")) as started:
        started.manage("shell", "-v", "0", "-c", code(20))
        yield started


def take(page: Any) -> None:
    page.locator("[data-row]").first.wait_for()
    page.locator("[data-next]").click()
    page.locator("#panel[data-standing=impression]").wait_for()


def seen(page: Any) -> None:
    """The pictures are on the screen."""
    page.locator("[data-pane=OD] [data-state]", has_text="original").wait_for()
    page.locator("[data-pane=OS] [data-state]", has_text="original").wait_for()


def test_a_session_by_keyboard_alone(sign_in: Any, complaints: list[str]) -> None:
    page = sign_in("olivia", DESK)
    keys = page.keyboard
    page.locator("[data-row]").first.wait_for()
    keys.press("?")
    page.locator("#help[open]").wait_for()
    keys.press("Escape")
    keys.press("j")
    keys.press("j")
    keys.press("k")
    keys.press("Enter")
    page.locator("#panel[data-standing=impression]").wait_for()
    seen(page)
    state = page.locator("[data-pane=OD] [data-state]")
    page.locator("body").press("g")
    state.filter(has_text="enhanced display only: red-free").wait_for()
    keys.press("e")
    state.filter(has_text="local contrast").wait_for()
    keys.press("x")
    page.locator("[data-pane=OD] [data-state]", has_text=re.compile("^original")).wait_for()
    keys.press("r")
    state.filter(has_text="rotated by 90°").wait_for()
    keys.press("y")
    page.locator("[data-pane=OD] [data-mirrored]").wait_for()
    keys.press("h")
    page.locator("[data-pane=OD] [data-mirrored]").wait_for(state="hidden")
    _measure(page)
    _mark(page)
    for _step in ("impression", "final"):
        page.locator("#panel").focus()
        keys.press("n")
        keys.press("Control+Enter")
        page.locator(f"#panel:not([data-standing={_step}])").wait_for()
    assert "a spot" in page.locator(".marked").first.inner_text()
    page.locator("body").press("?")
    page.locator("#help[open]").wait_for()
    assert complaints == []


def _measure(page: Any) -> None:
    page.keyboard.press("k")
    said = page.locator("[data-measured]")
    said.filter(has_text="0.5").wait_for(state="attached")
    for _n in range(5):
        page.keyboard.press("Shift+ArrowUp")
    assert "0.5 " not in said.inner_text(), "the disc has grown, so the ratio has shrunk"
    page.keyboard.press("z")
    said.filter(has_text="disc diameters").wait_for(state="attached")
    assert "mm" not in said.inner_text(), "no millimetres where nobody knows how large a pixel is"
    page.keyboard.press("w")
    assert page.locator(".layer .ruler").count() == 0


def _mark(page: Any) -> None:
    page.locator("body").press("p")
    page.locator("#marks [data-mark]").wait_for()
    page.keyboard.type("a spot")
    page.keyboard.press("Tab")
    page.locator(".layer .mark").wait_for(state="attached")
    page.wait_for_timeout(800)
    page.reload()
    seen(page)
    assert page.locator("#marks input").input_value() == "a spot", "kept with the draft"


def test_the_next_case_is_there_before_it_is_asked_for(sign_in: Any, complaints: list[str]) -> None:
    page = sign_in("oscar", DESK)
    take(page)
    seen(page)
    for _n in range(100):
        if page.evaluate(of_module(page, "reading/ahead", "m.ready?.length")) == 2:
            break
        page.wait_for_timeout(100)
    here = page.url
    for _step in ("impression", "final"):
        page.locator("#panel").focus()
        page.keyboard.press("n")
        page.keyboard.press("Control+Enter")
        page.locator(f"#panel:not([data-standing={_step}])").wait_for()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("addEventListener('beforeunload', () => { document.title = 'left'; })")
    page.keyboard.press("Control+Enter")
    page.locator("#panel[data-standing=impression]").wait_for()
    seen(page)
    assert page.url != here
    shown = page.locator("[data-photo][aria-pressed=true]").first.get_attribute("data-src")
    assert not [url for url in asked if url.endswith(shown)], "its picture was here already"
    page.keyboard.press("r")
    page.locator("[data-pane=OD] [data-state]", has_text="rotated").wait_for()
    page.go_back()
    page.wait_for_url(here)
    assert complaints == []


def test_a_session_by_touch_on_a_tablet(chromium: Any, server: Server, sign_in: Any, complaints: list[str]) -> None:
    page = sign_in("adele", TABLET)
    take(page)
    seen(page)
    _one_row(page)
    page.locator("[popovertarget=measure-sheet]").first.click()
    page.locator("#measure-sheet [data-do=measure-ruler]").click()
    grip = page.locator(".layer .ruler [data-handle]").first
    box = grip.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    before = page.locator(".layer .ruler .label").text_content()
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] - 30, steps=4)
    page.mouse.up()
    assert page.locator(".layer .ruler .label").text_content() != before
    whose = page.locator("[data-pane=OD] .whose").inner_text()
    assert whose.startswith("P-") and page.locator("[data-pane=OD] strong").first.inner_text().startswith("Right eye")
    for eye in ("OD", "OS"):
        for field, value in SHEET.items():
            page.locator(f"label:has([name='{eye}-{field}'][value='{value}'])").click()
    page.locator("[data-submit]").click()
    page.locator("#panel[data-standing=final]").wait_for()
    assert complaints == []


def _one_row(page: Any) -> None:
    # One row, as soon as its style sheet is there.
    page.wait_for_function("document.querySelector('.tools').getBoundingClientRect().height < 70", timeout=10_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("size", [DESK, TABLET, {"width": 360, "height": 740}], ids=["desk", "tablet", "phone"])
def test_the_tools_never_wrap_and_the_right_eye_is_on_the_left(sign_in: Any, size: dict[str, int]) -> None:
    page = sign_in("olivia", size)
    take(page)
    _one_row(page)
    eyes = [pane.get_attribute("data-pane") for pane in page.locator("[data-pane]").all()]
    assert eyes == ["OD", "OS"]
    assert page.locator("[data-panes]").get_attribute("dir") == "ltr"


def test_nothing_a_blind_reader_is_sent_speaks_of_the_ai(sign_in: Any, server: Server) -> None:
    """Every answer of every address until the first impression: pages, fragments, prefetch, tiles, scripts' data."""
    page = sign_in("oscar", DESK)
    told: list[tuple[str, str]] = []

    def listen(response: Any) -> None:
        kind = response.headers.get("content-type", "")
        if "/static/" in response.url or response.status in (301, 302, 204):
            return
        told.append((response.url, response.text() if "text" in kind or "json" in kind else kind))

    page.on("response", listen)
    page.goto("/worklist/?why=routine")
    take(page)
    seen(page)
    for key in ("e", "g", "m", "b", "p"):
        page.locator("body").press(key)
        page.wait_for_timeout(600)
    page.wait_for_timeout(1500)
    page.goto("/api/v1/worklist")
    page.goto(page.url.replace("/worklist", f"/referrals/{_held(server)}"))
    addresses = {re.sub(r"[0-9a-f-]{36}", "*", url.split("?")[0].removeprefix(server.url)) for url, _said in told}
    assert {"/referrals/*/next/", "/images/*/look/", "/images/*/display.jpg", "/api/v1/worklist"} <= addresses
    words = re.compile(
        r"\bAI\b|\bheat\b|heat\.png|threshold|abnormality|saliency|sensitivity|operating|\bscore|fundus-(dr|gate)"
        r'|"ai"|quality sample|\bsample\b', re.IGNORECASE)  # fmt: skip
    found = [(url, words.search(said)) for url, said in told if words.search(_without_chance(said))]
    assert not [(url, hit) for url, hit in found if hit]


def _held(server: Server) -> str:
    line = "print(Consult.objects.filter(claimed_by__username='oscar').order_by('-claim_until')[0].pk)"
    return server.manage("shell", "-v", "0", "-c", line).split()[-1]


def _without_chance(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|P-[0-9A-F]{8}", "", text)
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"|/tiles/[^/]+/', "", text)


def test_two_browsers_after_one_consult(sign_in: Any, server: Server) -> None:
    """Ten times: both open it, both grade it. One claims and finishes; the other is told, and loses no word."""
    olivia, oscar = sign_in("olivia", DESK), sign_in("oscar", DESK)
    made = server.manage("shell", "-v", "0", "-c", code(10, first=9500))
    ours = re.findall(r"case (\S+)", made)
    for consult in ours:
        for page in (olivia, oscar):
            page.goto(f"/referrals/{consult}/")
        claims = [page.locator("form[action$='/claim/'] button") for page in (olivia, oscar)]
        claims[0].click(no_wait_after=True)
        claims[1].click(no_wait_after=True)
        for page in (olivia, oscar):
            page.wait_for_load_state()
            page.locator("#panel").wait_for()
        standings = sorted(page.locator("#panel").get_attribute("data-standing") for page in (olivia, oscar))
        assert standings == ["held", "impression"], standings
        winner = olivia if olivia.locator("#grading").count() else oscar
        for step in ("impression", "final"):
            winner.locator("#panel").focus()
            winner.keyboard.press("n")
            winner.keyboard.press("Control+Enter")
            winner.locator(f"#panel:not([data-standing={step}])").wait_for()
    # Of these ten alone: elsewhere a second reader may rightly have been asked.
    finals = f"Read.objects.filter(stage='final', consult__in={ours!r}).values('consult').annotate(n=Count('pk'))"
    line = f"from django.db.models import Count; print({finals}.filter(n__gt=1).count())"
    assert server.manage("shell", "-v", "0", "-c", line).split()[-1] == "0"
