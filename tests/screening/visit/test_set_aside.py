"""A wrong photo: set aside by the worker, judged by nobody, and never a way to take a consult back."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from screening.models import Encounter, IdentityAlert, Image, SetAside
from screening.triage.decide import triage
from screening.visit import pictures
from tests import factories as make
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("store")

EYE = make.photo_bytes(1)


def take(encounter: Encounter) -> tuple[Image, bool]:
    return pictures.accept(encounter.started_by, encounter, view="OD", data=EYE, capture_class="fundus_phone")


def test_a_picture_set_aside_is_kept_and_judged_by_nobody(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    image, left = make.pictured(encounter, "OD"), make.pictured(encounter, "OS")
    make.hand_in(cast.amina, encounter)
    assert triage(encounter.pk).action == "recall"
    for _ in range(2):
        pictures.set_aside(cast.amina, image, SetAside.Why.OTHER_PATIENT)
    assert list(encounter.images.belonging()) == [left]
    decision = triage(encounter.pk)
    assert (decision.action, decision.reason, decision.views) == ("wait", "missing_view", ["OD"])
    assert AuditEvent.objects.filter(verb="image.set_aside").count() == 1
    pictures.put_back(cast.amina, image)
    assert triage(encounter.pk).action == "recall"
    assert SetAside.objects.get().undone_by == cast.amina


def test_a_picture_set_aside_never_takes_a_consult_back(cast: Cast) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye, cast.north)
    pictures.set_aside(cast.amina, consult.encounter.images.get(view="OD"), SetAside.Why.MISTAKE)
    triage(consult.encounter_id)
    consult.refresh_from_db()
    assert (consult.state, consult.priority) == ("open", "refer")


def test_setting_one_of_two_disputed_pictures_aside_frees_the_other(cast: Cast) -> None:
    here, there = make.visit(cast.eye, cast.north), make.visit(cast.eye, cast.north)
    mine, _new = take(here)
    take(there)
    assert IdentityAlert.objects.open().count() == 2
    Encounter.objects.update(triage_due_at=None)
    pictures.set_aside(cast.amina, mine, SetAside.Why.OTHER_PATIENT)
    assert not IdentityAlert.objects.open().exists()
    assert not Encounter.objects.filter(triage_due_at=None).exists()


def test_the_same_photo_handed_in_again_comes_back(cast: Cast) -> None:
    encounter = make.visit(cast.eye, cast.north)
    image, _new = take(encounter)
    pictures.set_aside(cast.amina, image, SetAside.Why.MISTAKE)
    assert take(encounter) == (image, False)
    assert encounter.images.belonging().get() == image
