"""Regions on pictures: fixed with the read, shown beside it, changed by nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Consult, DraftMark, Mark
from screening.reading import desk, marks
from tests.cast import Cast
from tests.factories import NORMAL_EYE, both_eyes
from tests.screening.api_client import Api
from tests.screening.desk import form, post
from tests.screening.marked import BOX, mark, picture

SignIn = Callable[[User | None], Client]


def test_a_change_that_comes_after_the_read_fails_nobody_and_brings_nothing_back(cast: Cast, consult: Consult) -> None:
    corners = {name: float(value) for name, value in BOX.items()}
    late = marks.draft(cast.olivia, consult, picture(consult), corners, "a spot")
    DraftMark.objects.all().delete()
    marks.change(late, corners, "a vessel")
    assert not DraftMark.objects.exists()


def test_marks_are_fixed_with_the_read_and_shown_beside_it(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    mark(client, consult, image=picture(consult).pk, comment="a spot", **BOX)
    data = form(both_eyes(NORMAL_EYE))
    post(client, "impression", consult, data)
    assert DraftMark.objects.count() == 1, "still to be changed before the final read"
    post(client, "final_read", consult, data)
    assert not DraftMark.objects.exists()
    assert [m.read.stage for m in Mark.objects.order_by("pk")] == ["impression", "final"]
    assert "a spot" in client.get(reverse("read", args=[consult.pk])).content.decode()
    mark(client, consult, image=picture(consult).pk, **BOX)
    assert not DraftMark.objects.exists(), "the read was given"
    with pytest.raises(DatabaseError), transaction.atomic():
        Mark.objects.update(comment="something else")
    with pytest.raises(DatabaseError), transaction.atomic():
        Mark.objects.all().delete()


def test_the_api_gives_the_marks_of_every_read_one_may_see(cast: Cast, consult: Consult) -> None:
    corners = {name: float(value) for name, value in BOX.items()}
    desk.claim(cast.olivia, consult.pk)
    marks.draft(cast.olivia, consult, picture(consult), corners, "a spot")
    desk.impression(cast.olivia, consult, both_eyes(NORMAL_EYE))
    expected = [{"image": str(picture(consult).pk), **corners, "comment": "a spot"}]
    assert [read["marks"] for read in Api(cast.olivia).get(f"referrals/{consult.pk}").json()["reads"]] == [expected]
    assert Api(cast.oscar).get(f"referrals/{consult.pk}").json()["reads"] == []
