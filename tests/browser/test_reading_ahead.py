"""Large pictures of the next case: look and first tiles are there before they are asked for, and written down once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import DESK
from tests.browser.desk import asked, id_of, make, normal, of_module, open_case, seen, stand, until
from tests.server import Server


@pytest.fixture(scope="session")
def server(reading_room: Server) -> Server:
    return reading_room


def soonest(server: Server, consults: list[str]) -> None:
    """Due before everything else of their kind, and nothing else kept ready for anybody."""
    line = "import datetime; from django.utils import timezone\n"
    for n, consult in enumerate(consults):
        line += f"Consult.objects.filter(pk={consult!r}).update(priority='urgent', due_at=timezone.now() + "
        line += f"datetime.timedelta(minutes={n + 20}))\n"
    line += f"Consult.objects.exclude(pk__in={consults!r}).update(claimed_by=None, claim_until=None)\n"
    server.manage("shell", "-v", "0", "-c", line)


def looks(server: Server, consult: str) -> list[str]:
    pictures = f"[str(i.pk) for i in Consult.objects.get(pk={consult!r}).encounter.images.all()]"
    models = "__import__('accounts.models', fromlist=['x'])"
    of = f"{models}.AuditEvent.objects.filter(verb='image.view', subject_id__in={pictures})"
    return sorted(asked(server, f"[e.facts['variant'] for e in {of}]"))


def test_the_first_tiles_of_the_next_case_are_there(server: Server, sign_in: Any, complaints: list[str]) -> None:
    now, then = make(server, 2, "large_eyes", first=12000)
    soonest(server, [now, then])
    page = sign_in("olivia", DESK)
    open_case(page, now)
    every = page.locator("[data-state]", has_text="every pixel")
    every.nth(1).wait_for()
    until(page, of_module(page, "reading/ahead", "m.ready?.length === 2"))
    assert looks(server, then) == ["display", "display", "tiles", "tiles"]
    normal(page, "impression")
    normal(page, "final")
    wanted: list[str] = []
    page.on("request", lambda request: wanted.append(request.url))
    page.keyboard.press("Control+Enter")
    stand(page, "impression")
    seen(page)
    every.nth(1).wait_for()
    assert id_of(page) == then
    pictures = [each.get_attribute("data-photo") for each in page.locator("[data-photo]").all()]
    again = [url for url in wanted for picture in pictures if url.startswith("http") and f"/images/{picture}/" in url]
    assert again == [], "everything it opens with was here"
    assert looks(server, then) == ["display", "display", "tiles", "tiles"], "one row for each look"
    page.mouse.move(300, 450)
    for _n in range(6):
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(100)
    finer = f"e.name.includes('{pictures[0]}/tiles/')"
    until(page, f"performance.getEntriesByType('resource').some((e) => {finer})")
    assert looks(server, then) == ["display", "display", "tiles", "tiles"], "finer tiles belong to the same look"
    page.locator("body").press("e")
    page.locator("[data-state]", has_text="local contrast").first.wait_for()
    assert looks(server, then).count("tiles") == 3, "another way is another look"
    assert complaints == []
