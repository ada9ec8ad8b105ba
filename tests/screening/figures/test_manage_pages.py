"""The manager's pages: who sees what, numbers that open their lists, files that are safe to open."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from inference.models import Run
from screening.figures import report
from screening.figures.report import DIMENSIONS, figures_of
from screening.models import Encounter, Origin
from screening.upkeep import health
from screening.views.figures.sheet import hidden, safe
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
PAGE = "/figures/diabetic-eye/"
CANARY = "Canary Achterberg"


@pytest.fixture
def work(cast: Cast) -> Cast:
    """Three visits in the north (one refers, one all clear, one open) and one in the south."""
    make.models(cast.eye)
    patient = make.enrolled(cast.north, name=CANARY)
    make.handed_in(make.visit(cast.eye, patient=patient), 0.9, 0.1)
    make.handed_in(make.visit(cast.eye, cast.north))
    make.visit(cast.eye, cast.north)
    make.handed_in(make.visit(cast.eye, cast.south), 0.9, 0.1)
    return cast


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


def rows(response: Any) -> list[dict[str, str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


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


def test_plots_and_tables_carry_the_same_numbers_and_nothing_runs_inline(work: Cast, signed_in: SignIn) -> None:
    response = signed_in(work.maya).get(PAGE)
    page = response.content.decode()
    plots = json.loads(re.search(r'<script id="plots" type="application/json">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    weekly = next(plot for plot in plots if plot["id"] == "weekly")
    assert {s["name"]: sum(s["values"]) for s in weekly["series"]} == {
        "All clear": 1, "Sent to a specialist": 2, "Photo wanted again": 0, "A photo is missing": 0,
        "Being assessed": 0, "Not handed in": 1,
    }  # fmt: skip
    for plot in plots:
        assert f'data-chart="{plot["id"]}"' in page
    assert not re.search(r"<script(?![^>]*(?: src=|application/json))", page)
    assert not re.search(r"<[^>]+\sstyle=", page)


def test_rates_of_few_are_not_told(work: Cast, signed_in: SignIn) -> None:
    page = signed_in(work.maya).get(PAGE).content.decode()
    assert "cannot tell: fewer than 10" in page
    assert "%)" not in re.sub(r"95 %\)?", "", page)


def test_small_counts_are_hidden_in_the_exported_table(work: Cast, signed_in: SignIn) -> None:
    for _ in range(3):
        make.handed_in(make.visit(work.eye, work.north))
    told = {row["site"]: row for row in rows(signed_in(work.maya).get(f"{PAGE}by/site.csv"))}
    assert told[work.north.name]["started"] == "6"
    assert told[work.north.name]["asked"] == "<5"
    assert told[work.south.name]["all_clear"] == "0"
    assert [hidden(n) for n in (0, 1, 4, 5)] == ["0", "<5", "<5", "5"]


def test_a_place_named_like_a_formula_is_text_in_the_file(work: Cast, signed_in: SignIn) -> None:
    work.north.name = '=HYPERLINK("http://x")'
    work.north.save(update_fields=["name"])
    client = signed_in(work.maya)
    assert {row["site"][0] for row in rows(client.get(f"{PAGE}started.csv"))} == {"'", "S"}
    for evil in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1"):
        assert safe(evil) == f"'{evil}"
    assert safe("plain") == "plain"
    assert safe(None) == ""


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


def test_the_document_explains_every_figure() -> None:
    from pathlib import Path

    said = (Path(__file__).parents[3] / "docs" / "figures.md").read_text()
    for figure in report.FIGURES:
        assert f"`{figure.code}`" in said, figure.code


# ---- health


def test_everybody_learns_one_word(cast: Cast, signed_in: SignIn) -> None:
    for person in (None, cast.amina, cast.maya, cast.stranger):
        response = signed_in(person).get("/health/")
        assert (response.status_code, response.content) == (200, b"ok")


def test_the_administrator_sees_the_details(work: Cast, signed_in: SignIn) -> None:
    make.pictured(make.visit(work.eye), "OD", make.PENDING)
    assert "All is well." in signed_in(work.tessa).get("/health/").content.decode()
    told = signed_in(work.tessa).get("/health/?format=json").json()
    assert (told["status"], told["queued"], told["database"], told["storage"]) == ("ok", 2, True, True)
    assert told["audit_events"] == AuditEvent.objects.count()


def test_a_queue_nobody_rings_for_is_failing(work: Cast, signed_in: SignIn) -> None:
    image = make.pictured(make.visit(work.eye), "OD", make.PENDING)
    Run.objects.filter(display_sha256=image.display_sha256).update(created_at=timezone.now() - 2 * health.LATE_AFTER)
    response = signed_in(None).get("/health/")
    assert (response.status_code, response.content) == (503, b"failing")
    told = signed_in(work.tessa).get("/health/?format=json").json()
    assert told["forgotten"] == 2
    assert "no worker was rung" in told["problems"][0]
    Run.objects.dispatched(image.display_sha256)  # the sweep is alive: the queue is only long
    assert signed_in(None).get("/health/").status_code == 200


def test_a_visit_the_sweep_overlooks_is_failing(work: Cast, signed_in: SignIn) -> None:
    Encounter.objects.update(triage_due_at=timezone.now() - 2 * health.LATE_AFTER)
    assert signed_in(None).get("/health/").status_code == 503


def test_a_full_disk_is_failing(cast: Cast, signed_in: SignIn, settings: Any) -> None:
    settings.FIELDLIGHT_RESERVE_MB = 10**9
    assert signed_in(None).get("/health/").status_code == 503


def test_a_database_that_does_not_answer_is_failing_not_an_error(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_queue", refuse)
    for person in (None, cast.tessa):
        response = signed_in(person).get("/health/")
        assert (response.status_code, response.content) == (503, b"failing")
