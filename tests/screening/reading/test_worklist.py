"""The worklist: filters and counts, saved views, taking the next and keeping one ready, and what is overdue."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership, User
from screening.models import Certificate, Consult, Notice, Programme, SavedView
from screening.models.consult import ANSWERED
from screening.reading import desk, overdue, take_next
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
DAY = timedelta(days=1)


@pytest.fixture
def four(cast: Cast) -> list[Consult]:
    """Four eye consults: two at each site, one of them urgent."""
    make.models(cast.eye)
    sites = (cast.north, cast.south, cast.north, cast.south)
    rows = [make.referred(cast.eye, site) for site in sites]
    Consult.objects.filter(pk=rows[3].pk).update(priority="urgent")
    return rows


def listed(client: Client, **filters: str) -> Any:
    return client.get(reverse("worklist"), filters).context


def ids(context: Any) -> set[Any]:
    return {row.consult.pk for row in context["rows"]}


def at(consult: Consult, **facts: Any) -> None:
    Consult.objects.filter(pk=consult.pk).update(**facts)


# --- order, filters, counts


def test_the_rank_is_kept_by_the_database(four: list[Consult]) -> None:
    at(four[0], state="closed")
    ranks = dict(Consult.objects.values_list("pk", "rank"))
    assert [ranks[row.pk] for row in four] == [ANSWERED, 1, 1, 0]


def test_a_site_a_flag_and_a_priority_narrow_the_list(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    client = signed_in(cast.olivia)
    assert ids(listed(client, site="north")) == {four[0].pk, four[2].pk}
    assert ids(listed(client, why="urgent")) == {four[3].pk}
    assert ids(listed(client, why="routine", site="south")) == {four[1].pk}
    assert ids(listed(client, programme="tb-chest")) == set()
    at(four[1], due_at=timezone.now() - DAY)
    assert ids(listed(client, late="1")) == {four[1].pk}
    at(four[2], back_at=timezone.now())
    assert ids(listed(client, back="1")) == {four[2].pk}
    desk.claim(cast.olivia, four[0].pk)
    assert ids(listed(client, mine="1")) == {four[0].pk}
    assert len(listed(client, why="nonsense", reason="nonsense", late="yes")["rows"]) == 4


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


def test_nobody_can_ask_for_the_quality_samples(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    at(four[0], priority="sample")
    at(four[2], priority="review")
    Programme.objects.update(reading_mode="ai_first")
    client = signed_in(cast.olivia)
    assert ids(listed(client, why="review")) == {four[0].pk, four[2].pk}
    for filters in ({"why": "sample"}, {"reason": "all_clear"}):
        assert len(ids(listed(client, **filters))) == 4, "no such filter"


def test_a_blind_reader_cannot_sift_by_what_the_ai_found(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    client = signed_in(cast.olivia)
    for filters in ({"why": "refer"}, {"why": "review"}, {"reason": "finding"}):
        assert ids(listed(client, **filters)) == set(), filters
    assert listed(client)["reasons"] == []
    Programme.objects.update(reading_mode="ai_first")
    assert len(ids(listed(client, why="refer"))) == 3
    assert len(ids(listed(client, reason="finding"))) == 4
    assert [c.code for c in listed(client)["reasons"]][0] == "finding"


def test_an_answer_from_the_field_is_said_in_the_list(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    at(four[1], back_at=timezone.now() - timedelta(minutes=5))
    assert "answered 5" in signed_in(cast.olivia).get(reverse("worklist")).content.decode()


# --- saved views


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


# --- taking the next


def test_the_next_obeys_the_filters_and_carries_them_on(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    answer = signed_in(cast.olivia).post(f"{reverse('take_next')}?site=north")
    assert answer["Location"].endswith("/?site=north")
    assert Consult.objects.get(claimed_by=cast.olivia).encounter.site == cast.north


def test_one_is_kept_ready_for_two_minutes_and_no_more(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    client = signed_in(cast.olivia)
    client.post(reverse("take_next"))
    at_work = Consult.objects.get(claimed_by=cast.olivia)
    for _n in range(3):
        assert client.post(reverse("keep_ready", args=[at_work.pk])).status_code == 200
    kept = Consult.objects.filter(claimed_by=cast.olivia).exclude(pk=at_work.pk).get()
    assert kept.claim_until and kept.claim_until <= timezone.now() + timedelta(minutes=2)
    assert kept not in Consult.objects.worklist(cast.oscar)
    assert AuditEvent.objects.filter(verb="referral.reserve").count() == 1
    again = take_next.take_next(cast.olivia, Consult.objects.worklist(cast.olivia))
    assert again == at_work, "the case at work comes before the one kept ready"
    at(at_work, state="closed")
    taken = take_next.take_next(cast.olivia, Consult.objects.worklist(cast.olivia))
    assert taken == kept and taken.claim_until and taken.claim_until > timezone.now() + timedelta(minutes=14)


def test_what_is_kept_ready_lapses_by_itself(cast: Cast, four: list[Consult]) -> None:
    rows = Consult.objects.worklist(cast.olivia)
    kept = take_next.keep_ready(cast.olivia, rows, four[3].pk)
    assert kept
    at(kept, claim_until=timezone.now() - timedelta(seconds=1))
    assert kept in Consult.objects.worklist(cast.oscar)


def test_a_long_claim_is_never_cut_short(cast: Cast, four: list[Consult]) -> None:
    desk.claim(cast.olivia, four[0].pk)
    kept = take_next.keep_ready(cast.olivia, Consult.objects.worklist(cast.olivia), four[3].pk)
    assert kept == four[0]
    kept.refresh_from_db()
    assert kept.claim_until and kept.claim_until > timezone.now() + timedelta(minutes=14)


def test_keeping_ready_says_pictures_and_nothing_else(cast: Cast, signed_in: SignIn, four: list[Consult]) -> None:
    client = signed_in(cast.olivia)
    said = client.post(reverse("keep_ready", args=[four[3].pk])).json()
    assert list(said) == ["pictures", "large"] and len(said["pictures"]) == 2 and said["large"] == []
    assert all(address.endswith("/display.jpg") for address in said["pictures"])
    Consult.objects.exclude(pk=four[3].pk).update(claimed_by=cast.oscar, claim_until=timezone.now() + DAY)
    assert client.post(reverse("keep_ready", args=[four[3].pk])).status_code == 204


# --- overdue


def test_the_overdue_goes_to_a_reader_by_name_with_a_reminder(
    cast: Cast, signed_in: SignIn, four: list[Consult]
) -> None:
    at(four[0], due_at=timezone.now() - DAY, claimed_by=cast.oscar, claim_until=timezone.now() - timedelta(minutes=1))
    assert overdue.remind() == 1
    assert overdue.remind() == 0, "once is enough"
    row = Consult.objects.get(pk=four[0].pk)
    assert row.assigned_to and row.claimed_by is None
    notice = Notice.objects.get(kind="overdue")
    assert notice.reader == row.assigned_to
    assert not Notice.objects.visible_to(cast.amina).filter(kind="overdue").exists()
    text = signed_in(row.assigned_to).get(reverse("worklist")).content.decode()
    assert "Overdue, and given to you" in text
    desk.claim(row.assigned_to, row.pk)
    notice.refresh_from_db()
    assert notice.seen_at and notice.seen_by == row.assigned_to


def test_it_goes_on_to_another_when_nobody_answers(cast: Cast, four: list[Consult]) -> None:
    at(four[0], due_at=timezone.now() - DAY)
    overdue.remind()
    first = Consult.objects.get(pk=four[0].pk).assigned_to
    at(four[0], assigned_at=timezone.now() - timedelta(hours=25))
    assert overdue.remind() == 1
    second = Consult.objects.get(pk=four[0].pk).assigned_to
    assert first and second and first != second
    assert Notice.objects.unseen().get(kind="overdue").reader == second


def test_work_is_spread_and_only_over_those_who_may(cast: Cast, four: list[Consult]) -> None:
    Consult.objects.update(due_at=timezone.now() - DAY)
    assert overdue.remind() == 4
    who = list(Consult.objects.values_list("assigned_to__username", flat=True))
    assert set(who) == {"olivia", "oscar", "adele"} and max(map(who.count, who)) == 2
    Consult.objects.update(assigned_to=None, assigned_at=None)
    Certificate.objects.filter(reader=cast.oscar).update(expires_on="2020-01-01")
    Membership.objects.filter(user=cast.olivia).update(ends_at=timezone.now() - DAY)
    assert overdue.remind() == 4
    assert set(Consult.objects.values_list("assigned_to__username", flat=True)) == {"adele"}


def test_who_works_on_it_is_left_alone(cast: Cast, four: list[Consult]) -> None:
    at(four[0], due_at=timezone.now() - DAY)
    desk.claim(cast.oscar, four[0].pk)
    assert overdue.remind() == 0


def test_a_disagreement_goes_to_an_adjudicator(cast: Cast, four: list[Consult]) -> None:
    at(four[0], due_at=timezone.now() - DAY, state="disputed")
    overdue.remind()
    assert Consult.objects.get(pk=four[0].pk).assigned_to == cast.adele


def test_with_nobody_to_remind_it_stays_overdue(cast: Cast, four: list[Consult]) -> None:
    Certificate.objects.all().delete()
    at(four[0], due_at=timezone.now() - DAY)
    assert overdue.remind() == 0
    assert Consult.objects.overdue().count() == 1
