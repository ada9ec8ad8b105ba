"""Several readers after one patient: a disagreement and who settles it, a claim that is lost, a read corrected."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import DESK
from tests.browser.desk import asked, go_on, make, normal, open_case, reads, seen, stand
from tests.server import Server


@pytest.fixture(scope="session")
def server(reading_room: Server) -> Server:
    return reading_room


@pytest.fixture
def two_reads(server: Server) -> Any:
    """The eye programme asks for two reads while the test runs."""
    line = "Programme.objects.filter(code='diabetic-eye').update(reads_needed={})"
    server.manage("shell", "-v", "0", "-c", line.format(2))
    yield
    server.manage("shell", "-v", "0", "-c", line.format(1))


def grade(page: Any, icdr: str, standing: str, advice: str = "") -> None:
    """Both eyes alike."""
    for view, key in (("OD", "d"), ("OS", "s")):
        page.locator("#panel").focus()
        page.keyboard.press(key)
        page.keyboard.press(icdr)
        page.locator(f"label:has([name='{view}-dme'][value='none'])").click()
    if advice:
        page.locator("[name=advice]").fill(advice)
    go_on(page, standing)


def test_two_readers_disagree_and_the_third_adjudicates(
    server: Server, sign_in: Any, two_reads: None, complaints: list[str]
) -> None:
    (consult,) = make(server, 1, first=15000)
    olivia = sign_in("olivia", DESK)
    open_case(olivia, consult)
    seen(olivia)
    olivia.locator("body").press("p")
    olivia.locator("#marks input:focus").wait_for()
    olivia.keyboard.type("fronds")
    olivia.keyboard.press("Escape")
    grade(olivia, "4", "impression", "Laser this week.")
    grade(olivia, "4", "final", "Laser this week.")
    stand(olivia, "given")
    assert "second reader looks" in olivia.locator("#panel").inner_text()

    oscar = sign_in("oscar", DESK)
    told: list[str] = []

    def listen(answer: Any) -> None:
        if "/static/" not in answer.url and answer.status == 200 and "text" in answer.headers.get("content-type", ""):
            told.append(answer.text())

    oscar.on("response", listen)
    open_case(oscar, consult)
    seen(oscar)
    grade(oscar, "0", "impression")
    assert told and not [
        page for page in told if re.search(r"Laser|fronds|Olivia|Haddad|[Oo]ther readers|Reader 1", page)
    ]
    grade(oscar, "0", "final")
    stand(oscar, "given")
    assert "adjudicator answers" in oscar.locator("#panel").inner_text()
    assert not re.search(r"Laser|fronds|Reader 1", oscar.locator("body").inner_text())
    olivia.reload()
    assert olivia.locator("#grading").count() == 0, "neither of the two settles it"

    adele = sign_in("adele", DESK)
    open_case(adele, consult)
    seen(adele)
    blind = adele.locator("#panel").inner_text()
    assert "Reader 1" not in blind and "Laser" not in blind, "first what the adjudicator sees"
    grade(adele, "2", "impression")
    others = adele.locator(".others").inner_text()
    assert "Reader 1" in others and "Reader 2" in others and "Laser this week." in others and "fronds" in others
    assert not re.search(r"Olivia|Oscar", others), "never by whom"
    grade(adele, "2", "final", "See the eye clinic.")
    stand(adele, "closed")
    final = reads(server, consult)[-1]
    assert (final["reader__username"], final["adjudicates"], final["finding"]) == ("adele", True, "referable")
    answer = asked(
        server,
        f"[Outcome.objects.get(consult={consult!r}).finding, Outcome.objects.get(consult={consult!r}).advice]",
    )
    assert answer == ["referable", "See the eye clinic."]
    olivia.reload()
    stand(olivia, "closed")
    assert complaints == []


def test_a_claim_lost_while_typing_loses_no_word(server: Server, sign_in: Any) -> None:
    (consult,) = make(server, 1, first=15100)
    olivia, oscar = sign_in("olivia", DESK), sign_in("oscar", DESK)
    open_case(olivia, consult)
    seen(olivia)
    olivia.locator("body").press("t")
    olivia.keyboard.type("Half a sen")
    olivia.locator("#saved", has_text="draft kept").wait_for()
    lapse = f"Consult.objects.filter(pk={consult!r}).update(claim_until='2020-01-01T00:00Z')"
    server.manage("shell", "-v", "0", "-c", lapse)
    open_case(oscar, consult)
    olivia.keyboard.type("tence, and the rest.")
    olivia.locator("#saved .problem", has_text="holds this consult").wait_for()
    assert olivia.locator("[name=advice]").input_value() == "Half a sentence, and the rest."
    olivia.locator("#panel").focus()
    olivia.keyboard.press("n")
    olivia.keyboard.press("Control+Enter")
    olivia.locator("#panel[data-standing=held] .lost").wait_for()
    assert reads(server, consult) == []
    normal(oscar, "impression")
    assert "Half a sentence" not in oscar.locator("body").inner_text()
    server.manage("shell", "-v", "0", "-c", lapse)
    open_case(olivia, consult)
    assert olivia.locator("[name=advice]").input_value() == "Half a sentence, and the rest."
    assert olivia.locator("[name=OD-icdr][value='0']").is_checked()


def test_a_read_is_corrected_at_the_desk(server: Server, sign_in: Any, complaints: list[str]) -> None:
    (consult,) = make(server, 1, first=15200)
    page = sign_in("olivia", DESK)
    open_case(page, consult)
    seen(page)
    grade(page, "2", "impression")
    grade(page, "2", "final")
    stand(page, "closed")
    page.locator("a[href$='/amend/']").click()
    page.locator("[name=why]").wait_for()
    page.locator("label:has([name=OD-icdr][value='4'])").click()
    page.locator("[name=why]").fill("New vessels were missed.")
    page.locator("[data-submit]").click()
    page.locator("#panel", has_text="New vessels were missed.").wait_for()
    first, last = [read for read in reads(server, consult) if read["stage"] == "final"]
    assert (first["finding"], last["finding"], last["version"]) == ("referable", "urgent", 2)
    assert first["grades"]["OD"]["icdr"] == "2", "the first read stays as it was"
    answers = asked(
        server,
        f"list(Outcome.objects.filter(consult={consult!r}).order_by('number').values_list('finding', flat=True))",
    )
    assert answers == ["referable", "urgent"]
    assert complaints == []
