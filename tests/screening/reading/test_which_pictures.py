"""Which pictures a reader looks at first, and which of earlier visits stand beside them."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Consult, IdentityAnswer
from screening.reading import desk, which_pictures
from tests import factories as make
from tests.cast import Cast
from tests.screening.marked import picture

SignIn = Callable[[User | None], Client]


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
