"""Pictures: who may look at them."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from screening.models import Consult, Image
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]


def test_earlier_pictures_of_the_patient_may_be_looked_at(cast: Cast, signed_in: SignIn, eye: Image) -> None:
    patient = Consult.objects.get().encounter.patient
    before = make.visit(cast.eye, cast.north, patient=make.enrolled(cast.north))
    stranger = make.pictured(before, "OD")
    earlier = make.visit(cast.eye, cast.north, patient=patient)
    picture = make.pictured(earlier, "OD")
    mine = Image.objects.visible_to(cast.olivia)
    assert picture in mine and eye in mine and stranger not in mine
    assert picture not in Image.objects.visible_to(cast.rania)
