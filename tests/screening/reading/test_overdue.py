"""Nobody waits unseen: what is overdue is given to a reader by name, with a reminder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from screening.models import Certificate, Consult, Notice
from screening.reading import desk, overdue
from tests.cast import Cast
from tests.screening.worklist import at

SignIn = Callable[[User | None], Client]
DAY = timedelta(days=1)


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
