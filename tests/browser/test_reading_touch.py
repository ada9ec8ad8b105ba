"""A reading session on a ten-inch tablet: fingers and a pen, no mouse and no keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.desk import TABLET, asked, id_of, make, of_module, reads, seen, stand, until
from tests.server import PASSWORD, Server

SHEET = {"gradability": "gradable", "icdr": "0", "dme": "none"}


@pytest.fixture(scope="session")
def server(reading_room: Server) -> Server:
    return reading_room


class Fingers:
    """What fingers and a pen do to a page, as the browser hears it from the glass."""

    def __init__(self, page: Any) -> None:
        self.page, self.glass = page, page.context.new_cdp_session(page)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        down = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        self.glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": down})
        self.page.wait_for_timeout(16)

    def move(self, *ways: tuple[tuple[float, float], tuple[float, float]], steps: int = 8) -> None:
        """Put one or two fingers down, draw each from its start to its end, and lift them."""
        self.touch("touchStart", *[start for start, _end in ways])
        for n in range(1, steps + 1):
            at = [(a[0] + (b[0] - a[0]) * n / steps, a[1] + (b[1] - a[1]) * n / steps) for a, b in ways]
            self.touch("touchMove", *at)
        self.touch("touchEnd")
        self.page.wait_for_timeout(400)

    def pen(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        def send(kind: str, x: float, y: float, pressed: int) -> None:
            button = {"button": "left", "buttons": pressed, "pointerType": "pen", "clickCount": 1}
            self.glass.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **button})

        send("mouseMoved", *start, 0)
        send("mousePressed", *start, 1)
        for n in range(1, steps + 1):
            place = [a + (b - a) * n / steps for a, b in zip(start, end, strict=True)]
            send("mouseMoved", place[0], place[1], 1)
        send("mouseReleased", *end, 0)


@pytest.fixture
def tablet(chromium: Any, server: Server, complaints: list[str]) -> Iterator[Any]:
    context = chromium.new_context(
        viewport=TABLET, base_url=server.url, locale="en-GB", has_touch=True, is_mobile=True, device_scale_factor=2
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/sign-in/")
    page.fill("[name=login]", "adele")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").tap()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    yield page
    context.close()


def view(page: Any, name: str = "OD") -> dict[str, float]:
    port = f"m.bench.panes.get('{name}').osd.viewport"
    where = f"({{ zoom: {port}.getZoom(true), x: {port}.getCenter(true).x }})"
    return dict(page.evaluate(of_module(page, "reading/bench", where)))


def middle(page: Any, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_whole_session_by_touch(server: Server, tablet: Any, complaints: list[str]) -> None:
    make(server, 2, first=13000)
    page, fingers = tablet, Fingers(tablet)
    page.goto("/worklist/")
    page.locator("[data-row]").first.wait_for()
    page.locator("[data-next]").tap()
    stand(page, "impression")
    seen(page)
    consult = id_of(page)
    x, y = middle(page, "[data-pane=OD] [data-stage]")

    whole = view(page)
    fingers.move(((x - 20, y), (x - 120, y)), ((x + 20, y), (x + 120, y)))
    closer = view(page)
    assert closer["zoom"] > 2 * whole["zoom"], "two fingers apart bring the picture closer"
    fingers.move(((x, y), (x + 100, y)))
    assert view(page)["x"] < closer["x"] - 0.01, "one finger moves it"
    assert page.evaluate("visualViewport.scale") == 1, "the picture is zoomed, not the page"
    page.locator("[data-do=home]").tap()
    page.wait_for_timeout(500)

    _measure(page, fingers)
    _mark(page, fingers)
    for eye in ("OD", "OS"):
        for field, value in SHEET.items():
            page.locator(f"label:has([name='{eye}-{field}'][value='{value}'])").tap()
    page.locator("[data-submit]").tap()
    stand(page, "final")
    page.locator("[data-submit]").tap()
    page.locator("#panel:not([data-standing=final])").wait_for()
    assert [read["stage"] for read in reads(server, consult, "adele")] == ["impression", "final"]
    hers = f"Mark.objects.filter(read__consult={consult!r}, read__reader__username='adele')"
    kept = asked(server, f"list({hers}.values_list('comment', flat=True))")
    assert kept == ["seen with the pen", "seen with the pen"], "with the impression and with the final read"
    page.locator("[data-submit]").tap()
    stand(page, "impression")
    assert id_of(page) != consult
    assert complaints == []


def _measure(page: Any, fingers: Fingers) -> None:
    page.locator("[popovertarget=measure-sheet]").first.tap()
    page.locator("#measure-sheet [data-do=measure-disc]").tap()
    page.locator(".layer .disc").wait_for(state="attached")
    label = page.locator(".layer .disc .label")
    before = label.text_content()
    top = middle(page, ".layer .disc [data-handle]")
    fingers.move((top, (top[0], top[1] - 60)))
    assert label.text_content() != before, "a finger drags a point"
    top = middle(page, ".layer .disc [data-handle]")
    before = label.text_content()
    fingers.pen(top, (top[0] + 5, top[1] + 40))
    assert label.text_content() != before, "a pen drags a point"
    page.locator("[popovertarget=measure-sheet]").first.tap()
    page.locator("[data-do=enter-cup]").tap()
    shown = label.text_content() or ""
    assert page.locator("[name=OD-cup_disc]").input_value().rstrip("0") in shown
    page.locator("#measure-sheet [data-do=unmeasure]").tap()
    page.locator("#measure-sheet [popovertargetaction=hide]").last.tap()
    page.locator("[name=OD-cup_disc]").fill("")


def _mark(page: Any, fingers: Fingers) -> None:
    page.locator("[data-do=mark]").tap()
    field = page.locator("#marks input")
    field.wait_for()
    page.locator(".layer .mark [data-handle]").first.wait_for(state="attached")
    before = page.locator("#marks [data-mark]").get_attribute("data-x0")
    corner = middle(page, ".layer .mark [data-handle]")
    fingers.pen(corner, (corner[0] - 40, corner[1] - 30))
    until(page, f"document.querySelector('#marks [data-mark]').dataset.x0 !== '{before}'")
    field.tap()
    field.fill("seen with the pen")


def test_the_page_fits_and_targets_are_large_enough(server: Server, tablet: Any) -> None:
    make(server, 1, first=13100)
    tablet.goto("/worklist/")
    tablet.locator("[data-next]").tap()
    stand(tablet, "impression")
    seen(tablet)
    assert tablet.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    controls = ".tools button, #panel button, #panel label:has(input)"
    small = tablet.evaluate(
        """controls => [...document.querySelectorAll(controls)]
          .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.height < 36 || box.width < 36)).map(([words]) => words)""",
        controls,
    )
    assert small == []
    stage, panel = (tablet.locator(each).first.bounding_box() for each in ("[data-stage]", "#panel"))
    assert stage["y"] + stage["height"] <= TABLET["height"] and stage["height"] >= 0.45 * TABLET["height"]
    assert panel["x"] >= stage["x"] + stage["width"], "the sheet stands beside the pictures"
    for shown in ("OD", "all"):
        tablet.locator(f"[data-show={shown}]").tap()
        tablet.wait_for_timeout(600)
        whole = of_module(tablet, "reading/bench", "m.bench.panes.get('OD').seenWhole()")
        assert tablet.evaluate(whole), "what was seen whole stays whole"
