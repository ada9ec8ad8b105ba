"""No dead end: what no rule can settle is on somebody's list, with something they can do, until it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from inference import blobs
from screening.follow_up import to_do
from screening.models import Consent, Encounter, Image, Patient, Programme, SealedItem
from screening.offline import held, inbox
from screening.refusal import Refused
from screening.rules.held import Choice
from screening.triage.decide import triage
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api
from tests.screening.phone import Phone
from tests.screening.two_phones import EYES, delivered, one_number_twice


@pytest.fixture
def phone(cast: Cast, store: Path) -> Phone:
    return Phone(cast.amina)


@pytest.fixture
def twice(cast: Cast, phone: Phone) -> SealedItem:
    return one_number_twice(cast, phone)


def test_the_same_person_gets_both_visits_and_every_photo(cast: Cast, twice: SealedItem) -> None:
    (one,) = held.of(cast.amina)
    assert (one.name, one.photos, one.like) == ("Ada Nyambura", 2, Patient.objects.get())
    inbox.decide(cast.amina, twice, Choice.SAME)
    assert set(SealedItem.objects.values_list("state", flat=True)) == {"applied"}
    assert (Patient.objects.count(), Encounter.objects.count(), Image.objects.count()) == (1, 2, 4)
    assert set(Encounter.objects.exclude(handed_in_at=None)) == set(Encounter.objects.all())


def test_another_person_is_enrolled_without_the_number(cast: Cast, twice: SealedItem) -> None:
    inbox.decide(cast.amina, twice, Choice.OTHER)
    assert sorted(Patient.objects.values_list("local_id", flat=True)) == ["", "KH-42"]
    assert Image.objects.count() == 4
    assert not held.of(cast.samuel)


def test_it_is_on_the_list_of_whoever_can_do_something(cast: Cast, twice: SealedItem) -> None:
    for person, there in ((cast.amina, True), (cast.samuel, True), (cast.benjamin, False), (cast.maya, False)):
        assert any(errand.kind == "held" for errand in to_do.of(person)) is there, person
    SealedItem.objects.update(received_at="2020-01-01T00:00:00Z")
    assert any(errand.kind == "held" for errand in to_do.of(cast.amina)), "nothing disappears by age"


@pytest.mark.parametrize("user", ["benjamin", "olivia", "maya", "tessa", "stranger"])
def test_a_stranger_neither_sees_nor_decides(cast: Cast, twice: SealedItem, user: str) -> None:
    answer = Api(cast.people[user]).post(f"held/{twice.pk}", {"choice": "same"})
    assert answer.status_code in (403, 404)
    twice.refresh_from_db()
    assert twice.state == "held"


def test_closing_wants_a_reason_keeps_everything_and_leaves_no_errand(cast: Cast, twice: SealedItem) -> None:
    with pytest.raises(Refused):
        inbox.decide(cast.samuel, twice, Choice.CLOSE)
    with pytest.raises(Refused):
        inbox.decide(cast.amina, twice, Choice.CLOSE, "not mine to close")
    inbox.decide(cast.samuel, twice, Choice.CLOSE, "She was seen twice by mistake, the first visit holds.")
    rest = SealedItem.objects.filter(decision="close")
    assert {item.state for item in rest} == {"refused"} and rest.count() == 3
    assert all(blobs.exists(blobs.envelope(item.envelope_sha256)) for item in rest)
    assert not [errand for errand in to_do.of(cast.amina) if errand.kind in ("held", "delivery")]


@pytest.mark.parametrize(("limit", "code"), [({"age_min": 60}, "too_young"), ({"age_max": 40}, "too_old")])
def test_outside_the_ages_she_is_taken_in_for_a_human(cast: Cast, phone: Phone, limit: Any, code: str) -> None:
    make.models(cast.eye)
    Programme.objects.filter(pk=cast.eye.pk).update(**limit)
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    assert delivered(phone, form, taken)["code"] == code
    item = SealedItem.objects.get(state="held")
    with pytest.raises(Refused):
        inbox.decide(cast.amina, item, Choice.LET_IN)
    inbox.decide(cast.samuel, item, Choice.LET_IN)
    visit = Encounter.objects.get()
    for image in visit.images.all():
        make.assessed(image, 0.1)
    decision = triage(visit.pk)
    assert (decision.reason, decision.details) == ("beyond_model", ["age"]), "no model clears whom it is not made for"
    assert visit.consult.state == "open"


def test_withdrawn_consent_keeps_everything_sealed_until_she_agrees(cast: Cast, phone: Phone) -> None:
    patient = make.enrolled(cast.north)
    form, taken = phone.visit(cast.eye, cast.north, EYES, patient={"id": str(patient.pk)})
    form.pop("consent")
    make.agrees(patient, cast.eye, Consent.Answer.WITHDRAWN)
    assert delivered(phone, form, taken)["code"] == "no_consent"
    assert not Image.objects.exists()
    inbox.decide(cast.samuel, SealedItem.objects.get(state="held"), Choice.CONSENTED)
    assert (Image.objects.count(), Encounter.objects.get().handed_in_at is not None) == (2, True)


def test_the_visits_of_somebody_whose_account_was_closed_wait_for_the_manager_by_name(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    User.objects.filter(pk=cast.amina.pk).update(is_active=False)
    phone.handed_to(cast.samuel)
    assert phone.deliver(item, sealed).json()["code"] == "duty"
    (one,) = held.of(cast.samuel)
    assert (one.item.author, one.name) == (cast.amina, form["patient"]["enrol"]["name"])


def test_an_answer_that_comes_before_its_visit_waits_for_it(cast: Cast, phone: Phone) -> None:
    make.models(cast.eye)
    form, _taken = phone.visit(cast.eye, cast.north)
    body = {"version": 1, "type": "follow_up", "id": str(make.an_id()), "encounter": form["encounter"],
            "answer": "not_yet", "on": None, "note": ""}  # fmt: skip
    assert phone.deliver(*phone.seal_form(body)).json()["state"] == "waiting"
    phone.deliver(*phone.seal_form(form))
    assert SealedItem.objects.exclude(state="applied").get().code == "not_referred", "held, for nobody was referred"


def test_one_poisonous_item_is_tried_a_few_times_and_then_put_aside(
    cast: Cast, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("screening.offline.apply.form", breaks)
    form, _taken = phone.visit(cast.eye, cast.north)
    answer = phone.deliver(*phone.seal_form(form))
    assert answer.status_code == 201, "received, whatever it does to us"
    for _ in range(9):
        for item in inbox.unsettled():
            inbox.go_on(item)
    kept = SealedItem.objects.get()
    assert (kept.state, kept.code, kept.attempts) == ("shelved", "broken", inbox.ATTEMPTS)
