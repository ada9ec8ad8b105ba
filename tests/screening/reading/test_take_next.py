"""Taking the next consult, and keeping the one after it ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from screening.models import Consult
from screening.reading import desk, take_next
from tests.cast import Cast
from tests.screening.worklist import at

SignIn = Callable[[User | None], Client]


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
