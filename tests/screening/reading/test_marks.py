"""Regions on pictures: drafts of one reader, fixed with the read, shown beside it, changed by nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Consult, DraftMark, IdentityAnswer, Image, Mark
from screening.reading import desk, marks, which_pictures
from tests import factories as make
from tests.cast import Cast
from tests.factories import NORMAL_EYE, both_eyes
from tests.screening.api_client import Api
from tests.screening.desk import form, post

SignIn = Callable[[User | None], Client]
BOX = {"x0": "0.25", "y0": "0.25", "x1": "0.5", "y1": "0.75"}


@pytest.fixture
def consult(cast: Cast) -> Consult:
    make.models(cast.eye)
    return make.referred(cast.eye, cast.north)


def picture(consult: Consult, view: str = "OD") -> Image:
    return consult.encounter.images.get(view=view)


def mark(client: Client, consult: Consult, **said: Any) -> Any:
    return client.post(reverse("marks", args=[consult.pk]), said)


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


def test_a_change_that_comes_after_the_read_fails_nobody_and_brings_nothing_back(cast: Cast, consult: Consult) -> None:
    corners = {name: float(value) for name, value in BOX.items()}
    late = marks.draft(cast.olivia, consult, picture(consult), corners, "a spot")
    DraftMark.objects.all().delete()
    marks.change(late, corners, "a vessel")
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


def test_a_view_opens_with_the_picture_fit_to_grade_not_with_the_last(cast: Cast, consult: Consult) -> None:
    good = picture(consult)
    make.pictured(consult.encounter, "OD", 0.1, gradable=False)
    assert which_pictures.first_pictures(consult)["OD"] == good
    better = make.pictured(consult.encounter, "OD", 0.99)
    assert which_pictures.first_pictures(consult)["OD"] == better, "of two that are fit, the newer"
    newest = make.pictured(consult.encounter, "OD", 0.01)
    assert which_pictures.first_pictures(consult)["OD"] == newest, "the finding has no say"


def test_earlier_visits_stand_by_view_the_newest_first(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from screening.models import Encounter

    visits = [make.visit(cast.eye, cast.north, patient=consult.encounter.patient) for _n in range(2)]
    for days, visit in zip((400, 800), visits, strict=True):
        make.pictured(visit, "OD")
        Encounter.objects.filter(pk=visit.pk).update(started_at=timezone.now() - timedelta(days=days))
    found = which_pictures.earlier(cast.olivia, consult)
    assert [image.encounter_id for image in found["OD"]] == [visits[1].pk, visits[0].pk]
    assert "OS" not in found
    text = signed_in(cast.olivia).get(reverse("read", args=[consult.pk])).content.decode()
    assert 'data-pane="OD-before"' in text and 'data-pane="OS-before"' not in text
    assert which_pictures.earlier(cast.rania, consult) == {}
    assert IdentityAnswer.objects.count() == 0
    assert desk.pictures(consult).count() == 2


def test_the_api_gives_the_marks_of_every_read_one_may_see(cast: Cast, consult: Consult) -> None:
    corners = {name: float(value) for name, value in BOX.items()}
    desk.claim(cast.olivia, consult.pk)
    marks.draft(cast.olivia, consult, picture(consult), corners, "a spot")
    desk.impression(cast.olivia, consult, both_eyes(NORMAL_EYE))
    expected = [{"image": str(picture(consult).pk), **corners, "comment": "a spot"}]
    assert [read["marks"] for read in Api(cast.olivia).get(f"referrals/{consult.pk}").json()["reads"]] == [expected]
    assert Api(cast.oscar).get(f"referrals/{consult.pk}").json()["reads"] == []
