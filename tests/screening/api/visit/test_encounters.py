"""Encounters over the API: open, answer, excuse, hand in, and hear where it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AuditEvent, Membership
from screening.models import Consent, Encounter
from screening.reading import desk
from screening.triage.decide import triage
from tests import factories
from tests.cast import Cast
from tests.screening.api_client import UNKNOWN, Api


def opening(encounter: Encounter, **change: Any) -> dict[str, Any]:
    return {"patient": str(encounter.patient_id), "programme": encounter.programme.code, **change}


def test_a_programme_tells_a_phone_all_it_needs(cast: Cast) -> None:
    before = next(p for p in Api(cast.amina).get("programmes").json()["results"] if p["code"] == "diabetic-eye")
    assert {c["operating_point"] for c in before["capture_classes"]} == {False}
    assert before["compression_floor"] is None
    models = factories.models(cast.eye, classes=("fundus_phone",))
    models.finding.manifest = {"compression_floor": {"jpeg_quality": 80}}
    models.finding.save(update_fields=["manifest"])
    programme = next(p for p in Api(cast.amina).get("programmes").json()["results"] if p["code"] == "diabetic-eye")
    assert set(programme) == {
        "id", "code", "name", "modality", "views", "age_min", "age_max", "retakes_allowed", "sites",
        "capture_classes", "questions", "consent_texts", "compression_floor", "unobtainable",
        "shown", "look", "turned_down",
    }  # fmt: skip
    assert {c["code"]: c["operating_point"] for c in programme["capture_classes"]} == {
        "fundus_tabletop": False, "fundus_phone": True,
    }  # fmt: skip
    assert programme["compression_floor"] is None, "the gate is not certified: full size"
    models.gate.manifest = {"compression_floor": {"longest_side": 700, "jpeg_quality": 85, "pictures": 400}}
    models.gate.save(update_fields=["manifest"])
    programme = next(p for p in Api(cast.amina).get("programmes").json()["results"] if p["code"] == "diabetic-eye")
    assert programme["compression_floor"] == {"longest_side": 1600, "jpeg_quality": 85}, (
        "the stricter; readers need more"
    )
    assert [question["code"] for question in programme["questions"]][:2] == ["diabetes", "diabetes_years"]
    assert programme["consent_texts"][0].keys() == {"version", "language", "text"}


def test_only_the_newest_wording_of_each_language_is_told(cast: Cast) -> None:
    for version in ("2", "3"):
        cast.eye.consent_texts.create(version=version, language="en", text=f"Wording {version}")
    cast.eye.consent_texts.create(version="3", language="sw", text="Maneno")
    programme = next(p for p in Api(cast.amina).get("programmes").json()["results"] if p["code"] == "diabetic-eye")
    assert [(t["language"], t["version"]) for t in programme["consent_texts"]] == [("en", "3"), ("sw", "3")]


def test_ten_times_the_same_is_one_encounter(cast: Cast) -> None:
    patient, path = factories.enrolled(cast.north), f"encounters/{factories.an_id()}"
    body = {"patient": str(patient.pk), "programme": "diabetic-eye", "claimed_at": "1970-01-01T00:00:00+14:00"}
    answers = [Api(cast.amina).put(path, body) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [201] + [200] * 9
    assert (Encounter.objects.count(), AuditEvent.objects.filter(verb="encounter.open").count()) == (1, 1)
    assert answers[0].json()["started_at"] > "2020"


def test_another_patient_under_the_same_id_is_a_conflict(cast: Cast) -> None:
    encounter = factories.visit(cast.eye, cast.north)
    other = factories.enrolled(cast.north)
    for change in ({"patient": str(other.pk)}, {"programme": "tb-chest"}):
        answer = Api(cast.amina).put(f"encounters/{encounter.pk}", opening(encounter, **change))
        assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")


def test_an_encounter_of_another_site_is_neither_opened_nor_shown(cast: Cast) -> None:
    theirs = factories.visit(cast.eye, cast.south)
    amina = Api(cast.amina)
    patients = [amina.put(f"encounters/{factories.an_id()}", opening(theirs, patient=pk)) for pk in
                (str(theirs.patient_id), UNKNOWN)]  # fmt: skip
    assert [answer.status_code for answer in patients] == [400, 400]
    told = [str(a.json()["errors"]).replace(str(theirs.patient_id), "?").replace(UNKNOWN, "?") for a in patients]
    assert told[0] == told[1]
    mine = factories.enrolled(cast.north)
    answer = amina.put(f"encounters/{theirs.pk}", {"patient": str(mine.pk), "programme": "diabetic-eye"})
    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")


def test_without_consent_or_outside_the_ages_no_visit(cast: Cast) -> None:
    amina = Api(cast.amina)
    no = factories.enrolled(cast.north, consents=False)
    child = factories.enrolled(cast.north, birth_year=timezone.localdate().year - 3)
    for patient, code in ((no, "no_consent"), (child, "too_young")):
        body = {"patient": str(patient.pk), "programme": "tb-chest"}
        answer = amina.put(f"encounters/{factories.an_id()}", body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["detail"]
    assert not Encounter.objects.exists()


def test_what_the_server_decides_cannot_be_sent(cast: Cast) -> None:
    patient, path = factories.enrolled(cast.north), f"encounters/{factories.an_id()}"
    body = {
        "patient": str(patient.pk), "programme": "diabetic-eye", "site": "south", "state": "answered",
        "handed_in_at": "2020-01-01T00:00:00Z", "started_at": "2020-01-01T00:00:00Z", "answers": {"pregnant": True},
        "score": 0.1, "decision": {"action": "recall"}, "started_by": str(cast.tessa.pk), "unobtainable": {"OD": "x"},
    }  # fmt: skip
    status = Api(cast.amina).put(path, body).json()
    assert (status["site"], status["state"], status["decision"], status["answers"]) == ("north", "open", None, {})
    assert (status["handed_in_at"], status["unobtainable"]) == (None, {})


def test_answers_are_checked(cast: Cast) -> None:
    encounter = factories.visit(cast.eye, cast.north)
    amina, path = Api(cast.amina), f"encounters/{encounter.pk}/answers"
    sent = {"diabetes": "type2", "hba1c": "7,5", "pregnant": False, "sudden_loss": None, "unheard_of": "x"}
    assert amina.put(path, {"answers": sent}).json()["answers"] == {
        "diabetes": "type2",
        "hba1c": 7.5,
        "pregnant": False,
    }
    answer = amina.put(path, {"answers": {"hba1c": 400}})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_answer")
    for odd in ({"diabetes": ["type2"]}, {"hba1c": {}}, [], "x", None, {"diabetes": "x" * 101}):
        assert amina.put(path, {"answers": odd}).status_code == 400, odd


def test_hand_in_waits_for_every_view_or_an_excuse(cast: Cast) -> None:
    encounter = factories.visit(cast.eye, cast.north)
    amina, path = Api(cast.amina), f"encounters/{encounter.pk}"
    refused = amina.post(f"{path}/hand-in")
    assert (refused.status_code, refused.json()["code"]) == (422, "missing_view")
    assert "right eye" in refused.json()["detail"]
    for view in ("OD", "OS"):
        assert amina.put(f"{path}/unobtainable/{view}", {"why": "cataract"}).json()["unobtainable"][view] == "cataract"
    assert amina.put(f"{path}/unobtainable/CXR", {"why": "no_film"}).json()["code"] == "bad_reason"
    assert amina.put(f"{path}/unobtainable/OD", {"why": "lazy"}).status_code == 400
    answers = [amina.post(f"{path}/hand-in") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.json()["handed_in_at"] for answer in answers}) == 1


def test_the_status_says_what_to_do_in_words(cast: Cast) -> None:
    factories.models(cast.eye)
    encounter = factories.visit(cast.eye, cast.north)
    factories.handed_in(encounter, 0.9, 0.1)
    status = Api(cast.amina).get(f"encounters/{encounter.pk}").json()
    assert (status["state"], status["stand"], status["answer"]["stand"]) == ("handed_in", "refer", "refer")
    assert (status["decision"]["action"], status["decision"]["reason"]) == ("refer", "finding")
    assert status["answer"]["where"] == "District Hospital, Tuesdays"
    assert status["referral"]["state"] == "open" and status["outcome"] is None


def test_an_ungradable_photo_says_why_and_how(cast: Cast) -> None:
    factories.models(cast.eye)
    encounter = factories.visit(cast.eye, cast.north)
    factories.pictured(encounter, "OD", gradable=False, reason="blurred")
    factories.pictured(encounter, "OS", factories.PENDING)
    images = Api(cast.amina).get(f"encounters/{encounter.pk}/images").json()
    assert [(i["view"], i["state"], i["reason"]) for i in images] == [
        ("OD", "ungradable", "blurred"),
        ("OS", "pending", ""),
    ]
    assert images[0]["advice"]


def test_the_outcome_comes_back_and_closes_the_visit(cast: Cast) -> None:
    factories.models(cast.eye)
    consult = factories.referred(cast.eye, cast.north)
    grades = factories.both_eyes(factories.MODERATE_EYE)
    desk.impression(cast.olivia, consult, grades)
    desk.submit(cast.olivia, consult, grades, "See the clinic")
    amina, path = Api(cast.amina), f"encounters/{consult.encounter_id}"
    status = amina.get(path).json()
    assert status["state"] == "answered"
    assert status["outcome"] == amina.get(f"referrals/{consult.pk}/outcome").json()
    assert set(status["outcome"]) == {
        "action", "finding", "advice", "advice_codes", "recommendation", "recall_months", "number", "decided_at",
    }  # fmt: skip
    assert amina.put(f"{path}/answers", {"answers": {"sudden_loss": True}}).status_code == 200, "no closed door"


def test_lists_are_filtered_by_programme_state_and_change(cast: Cast) -> None:
    factories.models(cast.eye)
    opened = factories.visit(cast.eye, cast.north)
    chest = factories.visit(cast.chest, cast.north)
    waiting = factories.handed_in(factories.visit(cast.eye, cast.north))
    answered = factories.referred(cast.eye, cast.north)
    for verb in (desk.impression, desk.submit):
        verb(cast.olivia, answered, factories.both_eyes(factories.MODERATE_EYE))
    amina = Api(cast.amina)

    def listed(query: str) -> set[str]:
        return {row["id"] for row in amina.get(f"encounters?{query}").json()["results"]}

    assert listed("programme=tb-chest") == {str(chest.pk)}
    assert listed("state=open") == {str(opened.pk), str(chest.pk)}
    assert listed("state=handed_in") == {str(waiting.pk)}
    assert listed("state=answered") == {str(answered.encounter_id)}
    for odd in ("state=?", "changed_since=soon", "programme=%00"):
        assert amina.get(f"encounters?{odd}").status_code == 400, odd


def test_a_longer_list_asks_no_more_of_the_database(
    cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    factories.models(cast.eye)
    amina, olivia = Api(cast.amina), Api(cast.olivia)
    for _ in range(2):
        factories.referred(cast.eye, cast.north)
    for api in (amina, olivia):
        api.get("me")  # notes in the session that somebody is there
    with django_assert_max_num_queries(12) as few:
        amina.get("encounters")
        olivia.get("worklist")
    for _ in range(4):
        factories.referred(cast.eye, cast.north)
    with django_assert_num_queries(len(few)):
        amina.get("encounters")
        olivia.get("worklist")


def test_changed_since_finds_what_is_new_and_nothing_else(cast: Cast) -> None:
    factories.models(cast.eye)
    encounter = factories.visit(cast.eye, cast.north)
    Encounter.objects.update(started_at=timezone.now() - timedelta(days=9))
    amina = Api(cast.amina)

    def changed() -> bool:
        found = amina.get(f"encounters?changed_since={moment}").json()["results"]
        return [row["id"] for row in found] == [str(encounter.pk)]

    moment = timezone.now().isoformat().replace("+", "%2B")
    assert not changed()
    factories.pictured(encounter, "OD", factories.PENDING)
    assert changed()
    factories.pictured(encounter, "OS", 0.1)
    moment = timezone.now().isoformat().replace("+", "%2B")
    assert not changed()
    triage(encounter.pk)
    assert not changed()  # still assessing: no decision, nothing new
    factories.assessed(encounter.images.get(view="OD"), 0.9)
    triage(encounter.pk)
    assert changed()


def test_who_only_manages_a_site_adds_nothing_there(cast: Cast) -> None:
    Membership.objects.create(user=cast.samuel, site=cast.south, role="field_worker")
    encounter = factories.visit(cast.eye, cast.north)
    samuel = Api(cast.samuel)
    assert samuel.get(f"encounters/{encounter.pk}").status_code == 200
    assert samuel.put(f"encounters/{encounter.pk}/answers", {"answers": {}}).status_code == 403
    assert samuel.post(f"encounters/{encounter.pk}/hand-in").status_code == 403


def test_a_withdrawn_consent_stops_a_new_visit(cast: Cast) -> None:
    patient = factories.enrolled(cast.north)
    factories.agrees(patient, cast.eye, Consent.Answer.WITHDRAWN)
    body = {"patient": str(patient.pk), "programme": "diabetic-eye"}
    assert Api(cast.amina).put(f"encounters/{factories.an_id()}", body).json()["code"] == "no_consent"


def test_sentences_come_in_the_users_language(cast: Cast) -> None:
    answer = Api(cast.amina).get("me", **{"Accept-Language": "fr"})
    assert answer["Content-Language"] == "fr"
