"""The plain sheet by keys alone, on an organ that no installation has: its template and scripts in a bare page."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from screening.views.reading.grading import PlainSheet
from tests.architecture.test_shape import ROOT

ORIGIN = "http://desk.invalid"
AROUND = """<!doctype html><title>sheet</title><div id="panel" tabindex="-1"><form id="grading">
<button type="button" data-normal>all normal</button>{sheets}
<button type="submit" data-submit>go on</button></form></div>
<dialog id="help"></dialog><p id="offline" hidden></p><input type="checkbox" data-single-keys checked>
<script type="module">
import {{ begin, listen }} from "/static/js/reading/grading.js";
listen();
begin();
document.dispatchEvent(new CustomEvent("desk:active", {{ detail: "AD" }}));
document.body.dataset.ready = "";
</script>"""


def sheets() -> str:
    panes = [
        SimpleNamespace(code=code, label=code, pictures=[1], sheet=PlainSheet(prefix=code)) for code in ("AD", "AS")
    ]
    return "".join(
        render_to_string("screening/reading/sheet.html", {"pane": pane, "sheet": pane.sheet}) for pane in panes
    )


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    page = chromium.new_page()

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if not path.startswith("/static/"):
            return route.fulfill(body=AROUND.format(sheets=sheets()), content_type="text/html")
        file = ROOT / path.removeprefix("/")
        return route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    page.locator("body[data-ready]").wait_for()
    yield page
    page.close()


def chosen(page: Any) -> dict[str, str]:
    script = (
        'Object.fromEntries(Array.from(document.querySelectorAll(":checked[name]"), (one) => [one.name, one.value]))'
    )
    return dict(page.evaluate(script))


def test_a_digit_grades_the_picture_that_is_looked_at(page: Any) -> None:
    for digit, seen in (("1", "normal"), ("2", "refer"), ("3", "urgent")):
        page.keyboard.press(digit)
        assert chosen(page) == {"AD-gradability": "gradable", "AD-seen": seen}
    for digit in ("0", "4"):
        page.keyboard.press(digit)
    assert chosen(page)["AD-seen"] == "urgent", "no such answer"


def test_everything_normal_and_what_cannot_be_graded(page: Any) -> None:
    page.keyboard.press("n")
    assert chosen(page) == {
        "AD-gradability": "gradable", "AD-seen": "normal", "AS-gradability": "gradable", "AS-seen": "normal",
    }  # fmt: skip
    page.keyboard.press("u")
    assert chosen(page)["AD-gradability"] == "ungradable"
