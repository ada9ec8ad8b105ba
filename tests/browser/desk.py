"""What a reader does at the desk, as sentences."""

from __future__ import annotations

import json
from typing import Any

from tests.reading_cases import code
from tests.server import Server

Page = Any
TABLET = {"width": 1024, "height": 768}


def make(server: Server, number: int, kind: str = "two_eyes", first: int = 9000) -> list[str]:
    """Consults of one kind, and their ids."""
    said = server.manage("shell", "-v", "0", "-c", code(number, first=first, kind=kind))
    return [line.split()[1] for line in said.splitlines() if line.startswith("case ")]


def asked(server: Server, expression: str) -> Any:
    """What an expression over the models amounts to in this installation."""
    line = f"import json; print('ASKED', json.dumps({expression}, default=str))"
    said = server.manage("shell", "-v", "0", "-c", line)
    return json.loads(next(word for word in said.splitlines() if word.startswith("ASKED")).removeprefix("ASKED"))


def reads(server: Server, consult: str, reader: str = "") -> list[dict[str, Any]]:
    """The reads of a consult, or those of one reader, in the order they were given."""
    rows = f"Read.objects.filter(consult={consult!r}).order_by('read_at')"
    facts = "'reader__username', 'stage', 'finding', 'grades', 'advice', 'advice_codes', 'version', 'adjudicates'"
    given = asked(server, f"list({rows}.values({facts}))")
    return [read for read in given if reader in ("", read["reader__username"])]


def id_of(page: Page) -> str:
    return str(page.url.split("/referrals/")[1].split("/")[0])


def stand(page: Page, standing: str) -> None:
    page.locator(f"#panel[data-standing={standing}]").wait_for()


def take(page: Page) -> None:
    page.locator("[data-row]").first.wait_for()
    page.locator("[data-next]").click()
    stand(page, "impression")


def open_case(page: Page, consult: str) -> None:
    """Open one consult, and take it unless it was kept ready for this reader."""
    page.goto(f"/referrals/{consult}/")
    claim = page.locator("form[action$='/claim/'] button")
    claim.or_(page.locator("#grading")).first.wait_for()
    if claim.count():
        claim.click()
    page.locator("#grading").wait_for()


def seen(page: Page, *views: str) -> None:
    """The pictures are on the screen."""
    for view in views or ("OD", "OS"):
        page.locator(f"[data-pane={view}] [data-state]", has_text="original").wait_for()


def until(page: Page, expression: str, seconds: int = 60) -> None:
    """Wait for an expression to come true. (Playwright's own waiting evaluates strings, which the pages forbid.)"""
    for _n in range(seconds * 10):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {expression}")


# A module that the page runs, by its name without ending: it lies under a name with its content's hash.
MODULE = """(name) => performance.getEntriesByType("resource").map((each) => each.name)
  .find((address) => new RegExp(`/js/${name}([.][0-9a-f]+)?[.]js$`).test(address))"""


def of_module(page: Page, name: str, expression: str) -> str:
    """An expression over a running module `m`, to evaluate: of_module(page, "reading/ahead", "m.ready")."""
    return f"import({page.evaluate(MODULE, name)!r}).then((m) => {expression})"


def tab_to(page: Page, selector: str, most: int = 90) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _n in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def go_on(page: Page, standing: str) -> None:
    """Ctrl+Enter, and wait until the panel has left this standing."""
    page.keyboard.press("Control+Enter")
    page.locator(f"#panel:not([data-standing={standing}])").wait_for()


def normal(page: Page, standing: str) -> None:
    page.locator("#panel").focus()
    page.keyboard.press("n")
    go_on(page, standing)
