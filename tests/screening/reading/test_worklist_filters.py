"""The filters of the worklist: what each leaves, and what nobody can ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import User
from screening.models import Consult, Programme
from screening.reading import desk
from tests.cast import Cast
from tests.screening.worklist import at, ids, listed

SignIn = Callable[[User | None], Client]
DAY = timedelta(days=1)


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
