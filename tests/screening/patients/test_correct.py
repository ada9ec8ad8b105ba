"""Facts put right: what was, who and why stay; two who correct at once; what follows from another birth year."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEvent, User
from screening.models import Correction, Encounter, Patient, Sex
from screening.patients.correct import correct, correctable_by
from screening.patients.enrol import enrol
from screening.refusal import Incorrect, Refused
from screening.triage.decide import triage
from tests import factories as make
from tests.cast import Cast

WRONG = Correction.Why.WRONG


@pytest.fixture
def fatuma(cast: Cast) -> Patient:
    return make.enrolled(
        cast.north, name="Fatuma Ali", sex=Sex.FEMALE, birth_year=1970, phone="0712345678", local_id="KH-0042"
    )


def corrected(user: User, patient: Patient, was: dict[str, Any] | None = None, **told: Any) -> Patient:
    """As from a page that showed what stood when the row was read."""
    return correct(user, patient, told, was=was or {fact: getattr(patient, fact) for fact in told}, why=WRONG)


def history(patient: Patient) -> list[tuple[str, str, str]]:
    return sorted(patient.corrections.values_list("fact", "old", "new"))


def test_every_fact_can_be_put_right_and_what_it_was_stays(cast: Cast, fatuma: Patient) -> None:
    now = corrected(
        cast.amina, fatuma, name="Fatima Ali", sex="male", birth_year=1971, phone="0787654321", local_id="KH-0043"
    )
    assert (now.name, now.sex, now.birth_year, now.phone, now.local_id) == (
        "Fatima Ali", "male", 1971, "0787654321", "KH-0043",
    )  # fmt: skip
    assert history(fatuma) == [
        ("birth_year", "1970", "1971"), ("local_id", "KH-0042", "KH-0043"), ("name", "Fatuma Ali", "Fatima Ali"),
        ("phone", "0712345678", "0787654321"), ("sex", "female", "male"),
    ]  # fmt: skip
    assert set(fatuma.corrections.values_list("by", "why")) == {(cast.amina.pk, "wrong")}


def test_the_audit_record_says_which_facts_and_never_what_they_are(cast: Cast, fatuma: Patient) -> None:
    corrected(cast.samuel, fatuma, name="Canary", phone="0799999999")
    event = AuditEvent.objects.get(verb="patient.correct")
    assert (event.actor_id, event.subject_id) == (cast.samuel.pk, str(fatuma.pk))
    assert event.facts == {"facts": ["name", "phone"], "why": "wrong"}


def test_she_is_found_by_the_new_name_and_number_alone(cast: Cast, fatuma: Patient) -> None:
    corrected(cast.amina, fatuma, name="Zuberi", local_id="ZZ-9")
    assert not Patient.objects.matching("fatuma").exists() and not Patient.objects.matching("KH-0042").exists()
    assert Patient.objects.matching("zuberi").get() == Patient.objects.matching("zz9").get() == fatuma
    # The old number is free for its owner.
    assert make.enrolled(cast.north, name="Owner", local_id="kh 0042").local_id == "kh 0042"


def test_a_fact_corrected_meanwhile_is_not_written_over(cast: Cast, fatuma: Patient) -> None:
    corrected(cast.samuel, fatuma, name="Fatima Ali")
    with pytest.raises(Incorrect) as refused:
        corrected(cast.amina, fatuma, name="Fatma Ali", phone="0700000000")
    assert refused.value.code == "changed"
    assert "Fatima Ali" in refused.value.problems["name"] and set(refused.value.problems) == {"name"}
    stands = Patient.objects.get(pk=fatuma.pk)
    assert (stands.name, stands.phone) == ("Fatima Ali", "0712345678")
    assert len(history(fatuma)) == 1


def test_two_who_correct_different_facts_do_not_meet(cast: Cast, fatuma: Patient) -> None:
    shown = {"name": "Fatuma Ali", "phone": "0712345678"}
    correct(cast.samuel, fatuma, {**shown, "name": "Fatima Ali"}, was=shown, why=WRONG)
    now = correct(cast.amina, fatuma, {**shown, "phone": "0700000000"}, was=shown, why=WRONG)
    assert (now.name, now.phone) == ("Fatima Ali", "0700000000")


def test_sent_twice_it_is_done_once(cast: Cast, fatuma: Patient) -> None:
    for _ in range(3):
        corrected(cast.amina, fatuma, name="Fatima Ali")
    assert history(fatuma) == [("name", "Fatuma Ali", "Fatima Ali")]
    assert AuditEvent.objects.filter(verb="patient.correct").count() == 1


def test_what_it_was_must_be_said(cast: Cast, fatuma: Patient) -> None:
    with pytest.raises(Incorrect) as refused:
        correct(cast.amina, fatuma, {"name": "Fatima"}, was={"phone": "0712345678"}, why=WRONG)
    assert (refused.value.code, set(refused.value.problems)) == ("invalid", {"name"})


def test_a_local_number_of_another_is_refused_and_nothing_changes(cast: Cast, fatuma: Patient) -> None:
    make.enrolled(cast.north, local_id="KH-7")
    with pytest.raises(Refused) as refused:
        corrected(cast.amina, fatuma, name="Fatima Ali", local_id="kh 7")
    assert refused.value.code == "local_id_taken"
    assert Patient.objects.get(pk=fatuma.pk).name == "Fatuma Ali" and not history(fatuma)
    # Her own, written otherwise, is no other's.
    assert corrected(cast.amina, fatuma, local_id="kh 0042").local_id == "kh 0042"


def test_the_phone_that_enrolled_her_may_send_the_old_facts_again(cast: Cast) -> None:
    told: dict[str, Any] = {"name": "Fatuma", "sex": "female", "birth_year": 1970, "phone": "", "local_id": ""}
    pk = make.an_id()
    first = enrol(cast.amina, cast.north, client_id=pk, **told)
    corrected(cast.samuel, first, name="Fatima", birth_year=1971)
    again = enrol(cast.amina, cast.north, client_id=pk, **told)
    assert (again.name, again.birth_year) == ("Fatima", 1971)
    with pytest.raises(Refused):
        enrol(cast.amina, cast.north, client_id=pk, **{**told, "name": "Somebody else"})


# What follows


def to_judge(visit: Encounter) -> bool:
    return Encounter.objects.get(pk=visit.pk).triage_due_at is not None


def test_another_birth_year_is_judged_again_at_once(cast: Cast) -> None:
    make.models(cast.eye)
    visit = make.handed_in(make.visit(cast.eye))
    assert not to_judge(visit)
    corrected(cast.amina, visit.patient, birth_year=1940)
    assert to_judge(visit)
    assert Encounter.objects.get(pk=visit.pk).age == visit.day.year - 1940


def test_a_child_taken_for_a_grown_up_is_no_all_clear_any_more(cast: Cast) -> None:
    made = make.models(cast.eye)
    made.finding.manifest = {"age_range": [18, 90]}
    made.finding.save()
    visit = make.handed_in(make.visit(cast.eye))
    assert triage(visit.pk).reason == "all_clear"  # type: ignore[union-attr]
    corrected(cast.amina, visit.patient, birth_year=visit.day.year - 9)
    assert triage(visit.pk).reason != "all_clear"  # type: ignore[union-attr]


def test_a_telephone_changes_no_judgement(cast: Cast) -> None:
    make.models(cast.eye)
    visit = make.handed_in(make.visit(cast.eye))
    corrected(cast.amina, visit.patient, phone="0700000000")
    assert not to_judge(visit)


def test_what_a_specialist_has_answered_is_left(cast: Cast) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye)
    consult.state = consult.State.CLOSED
    consult.save()
    corrected(cast.amina, consult.encounter.patient, birth_year=1940)
    assert not to_judge(consult.encounter)


# Who


@pytest.mark.parametrize(
    ("name", "here", "there"),
    [
        ("amina", True, False), ("samuel", True, False), ("benjamin", False, True), ("olivia", False, False),
        ("maya", False, False), ("tessa", False, False), ("gateway", False, False), ("edgar", False, False),
        ("stranger", False, False),
    ],
)  # fmt: skip
def test_who_may_put_whose_facts_right(cast: Cast, fatuma: Patient, name: str, here: bool, there: bool) -> None:
    south = make.enrolled(cast.south)
    make.enrolled(cast.north, by=cast.gateway)
    whose = set(correctable_by(getattr(cast, name)))
    assert (fatuma in whose, south in whose) == (here, there)
    assert bool(whose) == (here or there)
