"""A consult: who may see it on the worklist, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from screening.models import Consult
from screening.models.consult import ANSWERED
from screening.reading import desk
from tests import factories as make
from tests.cast import Cast
from tests.screening.worklist import at


def test_the_worklist_is_urgent_first_then_by_due_time(cast: Cast) -> None:
    make.models(cast.eye)
    made = [make.referred(cast.eye) for _ in range(5)]
    now = timezone.now()
    rows = [("sample", 3), ("refer", 9), ("urgent", 8), ("refer", 2), ("review", 1)]
    for one, (priority, days) in zip(made, rows, strict=True):
        Consult.objects.filter(pk=one.pk).update(priority=priority, due_at=now + timedelta(days=days))
    listed = [(r.priority, (r.due_at - now).days) for r in Consult.objects.worklist(cast.olivia)]
    assert listed == [("urgent", 8), ("review", 1), ("refer", 2), ("sample", 3), ("refer", 9)]


def test_only_certified_readers_of_the_site_see_a_consult(cast: Cast, consult: Consult) -> None:
    for name, person in cast.people.items():
        may_read = name in ("olivia", "oscar", "adele")
        assert Consult.objects.readable_by(person).exists() is may_read, name
        assert Consult.objects.worklist(person).exists() is may_read, name
        if not may_read:
            with pytest.raises(Consult.DoesNotExist):
                desk.claim(person, consult.pk)


def test_the_rank_is_kept_by_the_database(four: list[Consult]) -> None:
    at(four[0], state="closed")
    ranks = dict(Consult.objects.values_list("pk", "rank"))
    assert [ranks[row.pk] for row in four] == [ANSWERED, 1, 1, 0]
