"""Enrolment, consent, the visit, the answers, the hand-in."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from screening.models import Consent, Consult, Encounter, IdentityAlert, IdentityAnswer, Patient, Sex
from screening.patients.enrol import enrol
from screening.refusal import Refused
from screening.rules import MODALITIES
from screening.triage.decide import triage
from screening.visit.answers import mark_unobtainable, read_answers, record_answers
from screening.visit.begin import open_encounter
from screening.visit.consent import consented
from screening.visit.hand_in import hand_in
from tests import factories as make
from tests.cast import Cast

YEAR = timezone.localdate().year
FACTS: dict[str, Any] = {"name": "Ada Example", "sex": Sex.FEMALE, "birth_year": 1961, "local_id": "12/26"}


def verbs() -> list[str]:
    return list(AuditEvent.objects.values_list("verb", flat=True))


# ------------------------------------------------------------------------------------------------------- patients


def test_the_same_client_id_is_the_same_patient(cast: Cast) -> None:
    client_id = make.an_id()
    first = enrol(cast.amina, cast.north, client_id=client_id, **FACTS)
    again = enrol(cast.amina, cast.north, client_id=client_id, **FACTS)
    assert first.pk == again.pk == client_id
    assert Patient.objects.count() == 1
    assert verbs() == ["patient.enrol"]


@pytest.mark.parametrize("other", ["site", "name"])
def test_somebody_elses_client_id_is_refused(cast: Cast, other: str) -> None:
    client_id = make.an_id()
    enrol(cast.amina, cast.north, client_id=client_id, **FACTS)
    site, facts = (cast.south, FACTS) if other == "site" else (cast.north, {**FACTS, "name": "Somebody Else"})
    with pytest.raises(Refused) as refused:
        enrol(cast.amina, site, client_id=client_id, **facts)
    assert refused.value.code == "id_taken"
    assert Patient.objects.get().name == "Ada Example"


def test_a_local_number_is_given_once_per_site(cast: Cast) -> None:
    enrol(cast.amina, cast.north, **FACTS)
    with pytest.raises(Refused) as refused:
        enrol(cast.amina, cast.north, **{**FACTS, "name": "Bo Example"})
    assert refused.value.code == "local_id_taken"
    assert "12/26" in refused.value.sentence
    enrol(cast.benjamin, cast.south, **FACTS)
    for name in ("No Number", "No Number Either"):
        enrol(cast.amina, cast.north, **{**FACTS, "name": name, "local_id": ""})
    assert Patient.objects.count() == 4


def test_no_patient_without_a_trace(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("screening.patients.enrol.record", broken)
    with pytest.raises(OSError, match="disk"):
        enrol(cast.amina, cast.north, **FACTS)
    assert not Patient.objects.exists()


def test_the_trace_carries_no_name(cast: Cast) -> None:
    make.visit(cast.eye, patient=make.enrolled(cast.north, name="Unmistakable Name", phone="0700123123"))
    said = str(list(AuditEvent.objects.values()))
    assert "Unmistakable" not in said
    assert "0700123123" not in said


# -------------------------------------------------------------------------------------------------------- consent


@pytest.mark.parametrize(
    ("answers", "allowed"),
    [
        ([], False),
        (["given"], True),
        (["refused"], False),
        (["given", "withdrawn"], False),
        (["refused", "given"], True),
        (["given", "withdrawn", "given"], True),
    ],
)
def test_the_newest_answer_holds(cast: Cast, answers: list[str], allowed: bool) -> None:
    patient = make.enrolled(cast.north, consents=False)
    for answer in answers:
        make.agrees(patient, cast.eye, Consent.Answer(answer))
    assert consented(patient, cast.eye) is allowed
    if allowed:
        assert make.visit(cast.eye, patient=patient).patient == patient
    else:
        with pytest.raises(Refused) as refused:
            make.visit(cast.eye, patient=patient)
        assert refused.value.code == "no_consent"
        assert not Encounter.objects.exists()


def test_consent_to_one_programme_is_not_consent_to_another(cast: Cast) -> None:
    patient = make.enrolled(cast.north, consents=False)
    make.agrees(patient, cast.chest)
    with pytest.raises(Refused):
        make.visit(cast.eye, patient=patient)


# ------------------------------------------------------------------------------------------------------ the visit


@pytest.mark.parametrize(
    ("age_min", "age_max", "age", "code"),
    [
        (15, None, 14, "too_young"),
        (15, None, 15, None),
        (None, 80, 81, "too_old"),
        (None, 80, 80, None),
        (None, None, 1, None),
    ],
)
def test_ages(cast: Cast, age_min: int | None, age_max: int | None, age: int, code: str | None) -> None:
    cast.chest.age_min, cast.chest.age_max = age_min, age_max
    cast.chest.save()
    patient = make.enrolled(cast.north, birth_year=YEAR - age)
    if code is None:
        assert make.visit(cast.chest, patient=patient).programme == cast.chest
        return
    with pytest.raises(Refused) as refused:
        make.visit(cast.chest, patient=patient)
    assert refused.value.code == code
    assert str(age_min or age_max) in refused.value.sentence


def test_a_visit_sent_twice_is_one_visit(cast: Cast) -> None:
    patient, client_id = make.enrolled(cast.north), make.an_id()
    first, again = (open_encounter(cast.amina, patient, cast.eye, client_id=client_id) for _ in range(2))
    assert first == again
    assert Encounter.objects.count() == 1
    assert verbs().count("encounter.open") == 1


@pytest.mark.parametrize("other", ["patient", "programme"])
def test_another_visits_id_is_refused(cast: Cast, other: str) -> None:
    patient, client_id = make.enrolled(cast.north), make.an_id()
    open_encounter(cast.amina, patient, cast.eye, client_id=client_id)
    who, what = (make.enrolled(cast.north), cast.eye) if other == "patient" else (patient, cast.chest)
    with pytest.raises(Refused) as refused:
        open_encounter(cast.amina, who, what, client_id=client_id)
    assert refused.value.code == "id_taken"


def test_a_programme_is_run_at_its_sites_only(cast: Cast) -> None:
    patient = make.enrolled(cast.north)
    cast.eye.sites.remove(cast.north)
    with pytest.raises(Refused) as refused:
        make.visit(cast.eye, patient=patient)
    assert refused.value.code == "not_here"


# ---------------------------------------------------------------------------------------------------- the answers


def test_answers_are_checked_and_unknown_ones_dropped() -> None:
    raw = {"cough": "yes", "fever": "no", "blood": "", "hiv": "positive", "sudden_loss": "yes", "rubbish": "1"}
    assert read_answers("chest", raw) == {"cough": True, "fever": False, "hiv": "positive"}
    assert read_answers("chest", {"cough": True, "fever": False}) == {"cough": True, "fever": False}


@pytest.mark.parametrize("number", ["-1", "81", "many", "nan", "inf", "-inf", "1e9"])
def test_an_impossible_number_is_refused(number: str) -> None:
    with pytest.raises(Refused) as refused:
        read_answers("fundus", {"diabetes_years": number})
    assert refused.value.code == "bad_answer"
    assert "For how many years?" in refused.value.sentence


@pytest.mark.parametrize("number", ["0", "80", "12.5"])
def test_a_possible_number_is_taken(number: str) -> None:
    assert read_answers("fundus", {"diabetes_years": number}) == {"diabetes_years": float(number)}


def test_later_answers_replace_earlier_ones_and_ask_for_triage(cast: Cast) -> None:
    encounter = make.visit(cast.chest, answers={"cough": "yes", "fever": "yes"})
    Encounter.objects.update(triage_due_at=None)
    record_answers(cast.amina, encounter, {"cough": "no"})
    encounter.refresh_from_db()
    assert encounter.answers == {"cough": False}
    assert encounter.told() == ((), ())
    assert encounter.triage_due_at is not None


# ------------------------------------------------------------------------------------------------- not to be had


@pytest.mark.parametrize(("view", "why"), [("OD", "not in the mood"), ("CXR", "no_eye"), ("", "no_eye"), ("OD", "")])
def test_an_unknown_reason_or_view_is_refused(cast: Cast, view: str, why: str) -> None:
    encounter = make.visit(cast.eye)
    with pytest.raises(Refused) as refused:
        mark_unobtainable(cast.amina, encounter, view, why)
    assert refused.value.code == "bad_reason"


@pytest.mark.parametrize("why", MODALITIES["fundus"].excuses)
def test_a_view_that_cannot_be_had_goes_to_a_human(cast: Cast, why: str) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    mark_unobtainable(cast.amina, encounter, "OD", why)
    make.pictured(encounter, "OS")
    hand_in(cast.amina, encounter)
    decision = triage(encounter.pk)
    assert (decision.action, decision.reason, decision.views) == ("wait", "unobtainable", ["OD"])
    assert Consult.objects.get(encounter=encounter).priority == "review"


# ---------------------------------------------------------------------------------------------------- the hand-in


def test_a_missing_view_keeps_the_visit_open(cast: Cast) -> None:
    encounter = make.visit(cast.eye)
    make.pictured(encounter, "OD")
    with pytest.raises(Refused) as refused:
        hand_in(cast.amina, encounter)
    assert refused.value.code == "missing_view"
    assert "left eye (OS)" in refused.value.sentence
    assert "right eye" not in refused.value.sentence
    encounter.refresh_from_db()
    assert encounter.handed_in_at is None


def test_a_picture_that_is_not_the_patients_is_a_missing_view(cast: Cast) -> None:
    mine, other = make.visit(cast.chest), make.visit(cast.chest)
    image, twin = make.pictured(mine, "CXR"), make.pictured(other, "CXR")
    alert = IdentityAlert.objects.create(image=image, other=twin, kind=IdentityAlert.Kind.TWO_PATIENTS)
    IdentityAnswer.objects.create(alert=alert, says=IdentityAnswer.Says.WRONG, by=cast.amina)
    with pytest.raises(Refused) as refused:
        hand_in(cast.amina, mine)
    assert refused.value.code == "missing_view"


def test_handed_in_twice_is_handed_in_once(cast: Cast) -> None:
    encounter = make.visit(cast.chest)
    make.pictured(encounter, "CXR")
    hand_in(cast.amina, encounter)
    first = encounter.handed_in_at
    hand_in(cast.amina, encounter)
    encounter.refresh_from_db()
    assert encounter.handed_in_at == first
    assert verbs().count("encounter.hand_in") == 1


# ------------------------------------------------------------------------------------------- after the answer
