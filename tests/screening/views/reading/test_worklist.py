"""The worklist: its order, what it says and does not betray, filters and counts, saved views, taking the next."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from screening.models import Certificate, Consult, Programme, SavedView
from tests import factories
from tests.cast import Cast
from tests.screening.views.reading.pages import ai_first, says_nothing_of_the_ai
from tests.screening.worklist import at, ids, listed

SignIn = Callable[[User | None], Client]
DAY = timedelta(days=1)


def test_the_worklist_lists_most_urgent_first_under_a_pseudonym(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    routine = factories.referred(cast.eye)
    urgent = factories.referred(cast.eye, answers={"sudden_loss": "yes"})
    text = signed_in(cast.olivia).get(reverse("worklist")).content.decode()
    patients = [r.encounter.patient for r in (urgent, routine)]
    assert text.index(patients[0].pseudonym) < text.index(patients[1].pseudonym)
    assert not [p for p in patients if p.name in text]
    assert "Danger sign: sudden loss of sight." in text


def test_overdue_is_said(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Consult.objects.update(due_at=timezone.now() - timedelta(hours=30))
    assert "overdue by" in signed_in(cast.olivia).get(reverse("worklist")).content.decode()


def test_the_worklist_does_not_betray_what_the_ai_found(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Programme.objects.filter(pk=cast.eye.pk).update(human_reads_all=True)
    cast.eye.refresh_from_db()
    negative = factories.referred(cast.eye, cast.north, score=0.01)
    assert (consult.priority, negative.priority) == ("refer", "review")
    rows = signed_in(cast.olivia).get(reverse("worklist")).context["rows"]
    assert len({(row.badge, row.reason) for row in rows}) == 1
    assert says_nothing_of_the_ai(signed_in(cast.olivia).get(reverse("worklist")).content.decode())


def test_where_the_ai_comes_first_the_worklist_says_why(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    ai_first(cast.eye)
    text = signed_in(cast.olivia).get(reverse("worklist")).content.decode()
    assert "The AI found signs of disease: right eye (OD)." in text


def test_the_worklist_is_cut_to_one_programme(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Certificate.objects.create(programme=cast.chest, reader=cast.olivia)
    factories.models(cast.chest)
    film = factories.referred(cast.chest)
    client = signed_in(cast.olivia)
    assert len(client.get(reverse("worklist")).context["rows"]) == 2
    rows = client.get(reverse("worklist"), {"programme": "tb-chest"}).context["rows"]
    assert [row.consult for row in rows] == [film]
    assert client.get(reverse("worklist"), {"programme": "nonsense"}).status_code == 200


def test_a_long_worklist_takes_a_fixed_number_of_queries(
    cast: Cast, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    factories.models(cast.eye)
    for _n in range(6):
        factories.referred(cast.eye)
    client = signed_in(cast.olivia)
    with django_assert_max_num_queries(20):
        assert len(client.get(reverse("worklist")).context["rows"]) == 6


def test_take_the_next_claims_the_most_urgent_and_comes_back_to_it(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    factories.referred(cast.eye)
    urgent = factories.referred(cast.eye, answers={"sudden_loss": "yes"})
    client = signed_in(cast.olivia)
    for _n in range(2):
        assert client.post(reverse("take_next"))["Location"] == reverse("read", args=[urgent.pk])
    urgent.refresh_from_db()
    assert urgent.held_by(cast.olivia)
    assert AuditEvent.objects.filter(verb="referral.claim").count() == 1


def test_two_readers_never_take_the_same_next(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    for _n in range(2):
        factories.referred(cast.eye)
    taken = {signed_in(who).post(reverse("take_next"))["Location"] for who in (cast.olivia, cast.oscar)}
    assert len(taken) == 2
    assert signed_in(cast.adele).post(reverse("take_next"))["Location"] == reverse("worklist")


def test_the_counts_say_what_each_filter_would_leave(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    at(four[1], due_at=timezone.now() - DAY, back_at=timezone.now())
    context = listed(signed_in(cast.olivia), site="north")
    every = context["every"]
    assert (every.total, every.late, every.back, every.mine) == (4, 1, 1, 0)
    assert {c.code: c.number for c in context["sites"]} == {"north": 2, "south": 2}
    assert {c.code: c.number for c in context["badges"]} == {"urgent": 1, "routine": 3}
    assert context["page"].paginator.count == 2


@pytest.mark.parametrize("mode", ["blind_first", "ai_first"])
def test_the_number_of_rows_is_exact_whatever_is_filtered(
    cast: Cast, signed_in: SignIn, four: list[Consult], mode: str
) -> None:
    """Mostly added up from the counts of groups; the rows themselves say the same."""
    Programme.objects.update(reading_mode=mode)
    at(four[0], priority="sample")
    at(four[1], due_at=timezone.now() - DAY, back_at=timezone.now(), assigned_to=cast.olivia)
    at(four[2], priority="review", due_at=timezone.now() - DAY)
    client, found = signed_in(cast.olivia), set()
    for site, why, flags in itertools.product(
        ("", "north", "nowhere"), ("", "urgent", "routine", "refer", "review", "sample"),
        ({}, {"late": "1"}, {"mine": "1"}, {"back": "1"}, {"late": "1", "back": "1"}, {"reason": "finding"}),
    ):  # fmt: skip
        context = listed(client, site=site, why=why, **flags)
        assert context["page"].paginator.count == len(ids(context)), (site, why, flags)
        found.add(len(ids(context)))
    assert found > {0, 1, 2}


def test_an_answer_from_the_field_is_said_in_the_list(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    at(four[1], back_at=timezone.now() - timedelta(minutes=5))
    assert "answered 5" in signed_in(cast.olivia).get(reverse("worklist")).content.decode()


def test_a_saved_view_is_its_readers_alone(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    olivia, oscar = signed_in(cast.olivia), signed_in(cast.oscar)
    for site in ("north", "south"):
        olivia.post(f"{reverse('save_view')}?site={site}&late=1&rubbish=2", {"name": "Southern"})
    view = SavedView.objects.get()
    assert (view.reader, view.query) == (cast.olivia, "site=south&late=1")
    assert "Southern" in olivia.get(reverse("worklist")).content.decode()
    assert "Southern" not in oscar.get(reverse("worklist")).content.decode()
    oscar.post(reverse("drop_view"), {"name": "Southern"})
    assert SavedView.objects.exists()
    olivia.post(reverse("drop_view"), {"name": "Southern"})
    assert not SavedView.objects.exists()


def test_views_have_a_name_and_an_end(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.olivia)
    for n in range(14):
        client.post(f"{reverse('save_view')}?late=1", {"name": f"View {n}" if n else " "})
    assert SavedView.objects.count() == 12


def test_the_next_obeys_the_filters_and_carries_them_on(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    answer = signed_in(cast.olivia).post(f"{reverse('take_next')}?site=north")
    assert answer["Location"].endswith("/?site=north")
    assert Consult.objects.get(claimed_by=cast.olivia).encounter.site == cast.north


def test_keeping_ready_says_pictures_and_nothing_else(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    client = signed_in(cast.olivia)
    said = client.post(reverse("keep_ready", args=[four[3].pk])).json()
    assert list(said) == ["pictures", "large"] and len(said["pictures"]) == 2 and said["large"] == []
    assert all(address.endswith("/display.jpg") for address in said["pictures"])
    Consult.objects.exclude(pk=four[3].pk).update(claimed_by=cast.oscar, claim_until=timezone.now() + DAY)
    assert client.post(reverse("keep_ready", args=[four[3].pk])).status_code == 204
