"""Marks over the page: kept, changed and removed by their reader alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Consult, DraftMark
from tests import factories as make
from tests.cast import Cast
from tests.screening.desk import post
from tests.screening.marked import BOX, mark, picture

SignIn = Callable[[User | None], Client]


def test_a_mark_is_kept_changed_and_removed(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    answer = mark(client, consult, image=picture(consult).pk, comment="a spot", **BOX)
    kept = DraftMark.objects.get()
    assert (kept.reader, kept.comment, kept.x0, kept.y1) == (cast.olivia, "a spot", 0.25, 0.75)
    assert "a spot" in answer.content.decode()
    mark(client, consult, mark=kept.pk, comment="a vessel", **{**BOX, "x1": "0.9"})
    kept.refresh_from_db()
    assert (kept.comment, kept.x1) == ("a vessel", 0.9)
    assert "a vessel" in client.get(reverse("read", args=[consult.pk])).content.decode()
    mark(client, consult, mark=kept.pk, drop=1)
    assert not DraftMark.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"x0": "nan"}, {"x0": "-0.1"}, {"x1": "1.5"}, {"x1": "0.25"}, {"y0": "up"}, {"image": "x"}]
)
def test_what_is_no_region_of_a_picture_is_not_kept(
    cast: Cast, signed_in: SignIn, consult: Consult, wrong: dict[str, str]
) -> None:
    said = {"image": str(picture(consult).pk), **BOX, **wrong}
    assert mark(signed_in(cast.olivia), consult, **said).status_code == 404
    assert not DraftMark.objects.exists()


def test_a_draft_is_its_readers_alone(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    mark(signed_in(cast.olivia), consult, image=picture(consult).pk, comment="secret spot", **BOX)
    oscar = signed_in(cast.oscar)
    mark(oscar, consult, mark=DraftMark.objects.get().pk, drop=1)
    assert DraftMark.objects.count() == 1
    assert "secret spot" not in oscar.get(reverse("read", args=[consult.pk])).content.decode()
    other = make.referred(cast.eye, cast.north)
    assert mark(oscar, consult, image=picture(other).pk, **BOX).status_code == 404
    assert mark(signed_in(cast.rania), consult, image=picture(consult).pk, **BOX).status_code == 404
