"""The page of figures: every number is the length of the list it opens, and each manager sees the own."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from accounts.models import AuditEvent, User
from screening.figures.report import DIMENSIONS, figures_of
from screening.models import Encounter, Origin
from tests import factories as make
from tests.cast import Cast
from tests.screening.managed import CANARY, rows

SignIn = Callable[[User | None], Client]
PAGE = "/figures/diabetic-eye/"


def links(page: str) -> dict[str, int]:
    """Address -> number, for every number on the page that is a link to its list."""
    found = re.findall(r'<a href="(/figures/[^"]+/[^"]+/\?[^"]+)"[^>]*>((?:(?!</a>).)*?)</a>', page, re.S)
    plain = ((unescape(to), re.sub(r"<[^>]+>|\s", " ", inside).split()) for to, inside in found)
    return {to: int(words[-1]) for to, words in plain if words and words[-1].isdigit()}


def test_every_number_on_the_page_is_the_length_of_the_list_it_opens(work: Cast, signed_in: SignIn) -> None:
    client = signed_in(work.maya)
    page = client.get(PAGE).content.decode()
    numbers = links(page)
    assert len(numbers) > 60
    for address, number in numbers.items():
        listed = client.get(address).content.decode()
        assert f": {number}</h1>" in listed, address
        assert listed.count('class="card visit"') == number, address


def test_the_file_holds_as_many_lines_as_the_list(work: Cast, signed_in: SignIn) -> None:
    client = signed_in(work.maya)
    for code in figures_of(work.eye.views):
        listed = client.get(f"{PAGE}{code}/").content.decode().count('class="card visit"')
        assert len(rows(client.get(f"{PAGE}{code}.csv"))) == listed, code


@pytest.mark.parametrize(
    ("name", "status"),
    [("maya", 200), ("samuel", 200), ("amina", 403), ("olivia", 403), ("tessa", 403), ("gateway", 403),
     ("stranger", 403), ("edgar", 403), (None, 302), ("dora", 302)],
)  # fmt: skip
@pytest.mark.parametrize(
    "address", [PAGE, f"{PAGE}asked/", f"{PAGE}asked.csv", f"{PAGE}by/site.csv"]
)  # fmt: skip
def test_only_managers_see_figures(work: Cast, signed_in: SignIn, name: str | None, status: int, address: str) -> None:
    assert signed_in(name and work.people[name]).get(address).status_code == status  # type: ignore[arg-type]


def test_a_programme_manager_sees_pseudonyms_a_site_manager_names(work: Cast, signed_in: SignIn) -> None:
    for address in (PAGE, f"{PAGE}started/", f"{PAGE}started.csv", f"{PAGE}by/site.csv"):
        assert CANARY not in signed_in(work.maya).get(address).content.decode()
    own = signed_in(work.samuel).get(f"{PAGE}started/").content.decode()
    assert CANARY in own
    assert CANARY not in signed_in(work.samuel).get(f"{PAGE}started.csv").content.decode()


def test_a_site_manager_sees_no_other_site(work: Cast, signed_in: SignIn) -> None:
    south = Encounter.objects.get(site=work.south).patient
    for address in (PAGE, f"{PAGE}started/", f"{PAGE}started.csv", f"{PAGE}by/site.csv"):
        page = signed_in(work.samuel).get(address).content.decode()
        assert south.pseudonym not in page
        assert work.south.name not in page


def test_a_name_cannot_run_as_html(cast: Cast, signed_in: SignIn) -> None:
    make.visit(cast.eye, patient=make.enrolled(cast.north, name="<script>alert(1)</script>"))
    page = signed_in(cast.samuel).get(f"{PAGE}started/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    "address",
    ["/figures/unknown/", f"{PAGE}unknown/", f"{PAGE}unknown.csv", f"{PAGE}by/unknown.csv", f"{PAGE}?by=unknown"],
)
def test_what_is_not_there_is_404(work: Cast, signed_in: SignIn, address: str) -> None:
    assert signed_in(work.maya).get(address).status_code == 404


def test_a_programme_at_other_sites_only_is_404(work: Cast, signed_in: SignIn) -> None:
    work.chest.sites.remove(work.north)
    assert signed_in(work.samuel).get("/figures/tb-chest/").status_code == 404
    assert signed_in(work.maya).get("/figures/tb-chest/").status_code == 200


def test_the_first_page_opens_a_programme_or_says_there_is_none(work: Cast, signed_in: SignIn) -> None:
    assert signed_in(work.maya).get("/figures/")["Location"] == PAGE
    for programme in (work.eye, work.chest):
        programme.sites.clear()
    assert "No programme yet" in signed_in(work.maya).get("/figures/").content.decode()


def test_the_page_says_it_in_plain_sentences(work: Cast, signed_in: SignIn) -> None:
    make.handed_in(make.visit(work.eye, patient=make.enrolled(work.north, origin=Origin.SYNTHETIC)))
    page = signed_in(work.maya).get(PAGE).content.decode()
    for sentence in ("3 visits were screened.", "2 were sent to a specialist.", "Nobody waits longer than promised.",
                     "1 visit of a drawn patient is not counted."):  # fmt: skip
        assert sentence in page


def test_an_empty_period_says_what_will_come(work: Cast, signed_in: SignIn) -> None:
    page = signed_in(work.maya).get(PAGE, {"since": "2020-01-01", "until": "2020-01-31"}).content.decode()
    assert "Nobody has been screened in this period yet" in page
    assert 'id="plots"' not in page


def test_days_the_wrong_way_round_are_told_and_the_last_90_days_shown(work: Cast, signed_in: SignIn) -> None:
    page = signed_in(work.maya).get(PAGE, {"since": "2026-02-01", "until": "2026-01-01"}).content.decode()
    assert "The first day is after the last" in page
    assert "3 visits were screened." in page


def test_rates_of_few_are_not_told(work: Cast, signed_in: SignIn) -> None:
    page = signed_in(work.maya).get(PAGE).content.decode()
    assert "cannot tell: fewer than 10" in page
    assert "%)" not in re.sub(r"95 %\)?", "", page)


def test_every_breakdown_can_be_downloaded(work: Cast, signed_in: SignIn) -> None:
    for dimension in DIMENSIONS:
        assert rows(signed_in(work.maya).get(f"{PAGE}by/{dimension}.csv"))


def test_a_list_of_one_group_stays_in_the_group(work: Cast, signed_in: SignIn) -> None:
    north = signed_in(work.maya).get(f"{PAGE}started/", {"by": "site", "is": "north"}).content.decode()
    assert north.count('class="card visit"') == 3
    assert work.south.name not in north


def test_opening_a_list_is_on_record_without_names(work: Cast, signed_in: SignIn) -> None:
    signed_in(work.samuel).get(f"{PAGE}asked/")
    event = AuditEvent.objects.latest("number")
    assert (event.actor, event.verb, event.subject_id) == (work.samuel, "figures.list", str(work.eye.pk))
    assert event.facts == {"which": "asked", "rows": 1, "file": False}


def test_long_lists_come_in_pages(work: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.views.figures.report.PAGE", 2)
    first = signed_in(work.maya).get(f"{PAGE}started/").content.decode()
    assert "Page 1 of 2" in first
    assert ": 4</h1>" in first
    last = signed_in(work.maya).get(f"{PAGE}started/?page=2").content.decode()
    assert last.count('class="card visit"') == 2
