"""Patients over the API: enrol, search, consent; sent ten times, stored once."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEvent, Membership
from screening.models import Consent, Patient
from tests import factories
from tests.cast import Cast
from tests.screening.api_client import Api

ASHA: dict[str, Any] = {"name": "Asha", "sex": "female", "birth_year": 1968, "phone": "+255 1", "local_id": "N-7"}
GIVEN = {"programme": "diabetic-eye", "version": "1", "language": "en", "answer": "given"}
SHOWN = {"id", "site", "name", "sex", "birth_year", "phone", "local_id", "origin", "enrolled_at"}


def test_ten_times_the_same_is_one_patient(cast: Cast) -> None:
    amina, path = Api(cast.amina), f"patients/{factories.an_id()}"
    answers = [amina.put(path, ASHA) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [201] + [200] * 9
    assert {answer.content for answer in answers} == {answers[0].content}
    assert (Patient.objects.count(), AuditEvent.objects.filter(verb="patient.enrol").count()) == (1, 1)
    assert set(answers[0].json()) == SHOWN
    assert amina.get(path).json() == answers[0].json()


@pytest.mark.parametrize("change", [{"name": "Somebody else"}, {"birth_year": 1990}, {"sex": "male"}, {"phone": ""}])
def test_other_content_under_the_same_id_is_a_conflict(cast: Cast, change: dict[str, Any]) -> None:
    amina, path = Api(cast.amina), f"patients/{factories.an_id()}"
    amina.put(path, ASHA)
    answer = amina.put(path, ASHA | change)
    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    assert amina.get(path).json()["name"] == "Asha"


def test_an_id_of_another_site_is_taken_and_nothing_of_it_is_told(cast: Cast) -> None:
    path = f"patients/{factories.an_id()}"
    Api(cast.benjamin).put(path, ASHA | {"name": "Canary"})
    answer = Api(cast.amina).put(path, ASHA)
    assert answer.status_code == 409
    assert b"Canary" not in answer.content and b"south" not in answer.content


def test_a_local_number_is_one_patient(cast: Cast) -> None:
    amina = Api(cast.amina)
    assert amina.post("patients", ASHA).status_code == 201
    answer = amina.post("patients", ASHA | {"name": "Another"})
    assert (answer.status_code, answer.json()["code"]) == (409, "local_id_taken")


def test_what_the_server_decides_cannot_be_sent(cast: Cast) -> None:
    sent = ASHA | {
        "id": str(factories.an_id()), "origin": "synthetic", "enrolled_by": str(cast.tessa.pk),
        "enrolled_at": "2001-01-01T00:00:00Z", "site_id": str(cast.south.pk), "state": "answered", "score": 1,
    }  # fmt: skip
    stored = Patient.objects.get(pk=Api(cast.amina).post("patients", sent).json()["id"])
    assert (stored.site, stored.origin, stored.enrolled_by) == (cast.north, "person", cast.amina)
    assert stored.enrolled_at.year > 2001 and str(stored.pk) != sent["id"]


def test_the_site_is_one_of_ones_own_or_it_is_not_known(cast: Cast) -> None:
    amina = Api(cast.amina)
    answers = [amina.post("patients", ASHA | {"site": code}) for code in ("south", "no-such")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert amina.post("patients", ASHA | {"site": "north"}).json()["site"] == "north"


def test_with_two_sites_one_must_be_named(cast: Cast) -> None:
    Membership.objects.create(user=cast.amina, site=cast.south, role="field_worker")
    amina = Api(cast.amina)
    assert set(amina.post("patients", ASHA).json()["errors"]) == {"site"}
    assert amina.post("patients", ASHA | {"site": "south"}).json()["site"] == "south"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 121}, "name"), ({"name": None}, "name"),
        ({"sex": "?"}, "sex"), ({"birth_year": 1800}, "birth_year"), ({"birth_year": 2999}, "birth_year"),
        ({"birth_year": "soon"}, "birth_year"), ({"phone": "1" * 31}, "phone"), ({"local_id": ["x"]}, "local_id"),
    ],
)  # fmt: skip
def test_wrong_facts_name_the_field(cast: Cast, change: dict[str, Any], field: str) -> None:
    answer = Api(cast.amina).post("patients", ASHA | change)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["errors"]) == {field}
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b"NaN", b"{}" * 2])
def test_what_is_not_json_is_a_problem(cast: Cast, body: bytes) -> None:
    answer = Api(cast.amina).client.post("/api/v1/patients", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_huge_body_is_turned_away_unread(cast: Cast) -> None:
    answer = Api(cast.amina).post("patients", ASHA | {"name": "x" * 3_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_search_and_pages(cast: Cast) -> None:
    for number in range(5):
        factories.enrolled(cast.north, name=f"Asha {number}", consents=False)
    amina = Api(cast.amina)
    first = amina.get("patients?q=asha&page_size=3").json()
    assert [row["name"] for row in first["results"]] == ["Asha 4", "Asha 3", "Asha 2"]
    second = amina.get(first["next"]).json()
    assert [row["name"] for row in second["results"]] == ["Asha 1", "Asha 0"]
    assert second["next"] is None
    assert amina.get("patients?q=nobody").json()["results"] == []


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 101])
def test_odd_words_are_a_problem(cast: Cast, query: str) -> None:
    assert Api(cast.amina).get(f"patients?{query}").status_code == 400


@pytest.mark.parametrize("cursor", ["x", "cD1ub25zZW5zZQ==", "bz05OTk5OTk5OTk5OTk5OTk5OTk5OQ==", "cD0lMDA="])
def test_a_cursor_made_by_hand_is_not_found(cast: Cast, cursor: str) -> None:
    for path in ("patients", "encounters"):
        assert Api(cast.amina).get(f"{path}?cursor={cursor}").status_code in (200, 404)
    assert Api(cast.olivia).get(f"worklist?cursor={cursor}").status_code in (200, 404)


def test_consent_is_recorded_once_until_it_changes(cast: Cast) -> None:
    patient = factories.enrolled(cast.north, consents=False)
    amina, path = Api(cast.amina), f"patients/{patient.pk}/consents"
    assert [amina.post(path, GIVEN).status_code for _ in range(10)] == [201] + [200] * 9
    assert amina.post(path, GIVEN | {"answer": "withdrawn"}).status_code == 201
    assert amina.post(path, GIVEN).status_code == 201
    assert list(patient.consents.values_list("answer", flat=True)) == ["given", "withdrawn", "given"]
    assert Consent.objects.filter(recorded_by=cast.amina).count() == 3


@pytest.mark.parametrize(
    "change", [{"programme": "no-such"}, {"version": "9"}, {"language": "xx"}, {"answer": "maybe"}]
)
def test_a_consent_names_a_wording_that_exists(cast: Cast, change: dict[str, str]) -> None:
    patient = factories.enrolled(cast.north, consents=False)
    assert Api(cast.amina).post(f"patients/{patient.pk}/consents", GIVEN | change).status_code == 400
    assert not patient.consents.exists()


def test_a_site_manager_looks_and_records_nothing(cast: Cast) -> None:
    Membership.objects.create(user=cast.samuel, site=cast.south, role="field_worker")
    patient = factories.enrolled(cast.north, consents=False)
    samuel = Api(cast.samuel)
    assert samuel.get(f"patients/{patient.pk}").status_code == 200
    assert samuel.post(f"patients/{patient.pk}/consents", GIVEN).status_code == 403
    assert samuel.post("patients", ASHA | {"site": "north"}).status_code == 400


def test_a_yes_that_waited_on_the_phone_never_overrides_a_later_withdrawal(cast: Cast) -> None:
    patient = factories.enrolled(cast.north, consents=False)
    amina, path = Api(cast.amina), f"patients/{patient.pk}/consents"
    yes = GIVEN | {"id": "5e6bfb9c-6d1d-4a2f-9f6e-3a6c9f0a1b2c"}
    assert amina.post(path, yes).status_code == 201
    assert amina.post(path, GIVEN | {"answer": "withdrawn"}).status_code == 201
    assert amina.post(path, yes).status_code == 200
    assert [c.answer for c in patient.consents.order_by("at")] == ["given", "withdrawn"]
    assert amina.post(path, yes | {"answer": "refused"}).status_code == 409


# Finding, and telling apart


def test_a_search_answers_page_by_page_with_the_best_first(cast: Cast) -> None:
    for name in ("Mario", "Maria", "Mariam", "Zuberi"):
        factories.enrolled(cast.north, name=name)
    first = Api(cast.amina).get("patients?q=maria&page_size=2").json()
    assert [one["name"] for one in first["results"]] == ["Maria", "Mariam"]
    second = Api(cast.amina).get(first["next"].split("/api/v1/")[1]).json()
    assert [one["name"] for one in second["results"]] == ["Mario"] and second["next"] is None


def test_who_may_be_the_same_person_is_told_before_enrolment(cast: Cast) -> None:
    known = factories.enrolled(cast.north, name="Asha Mwinyi", birth_year=1968)
    factories.enrolled(cast.south, name="Asha Mwinyi", birth_year=1968)
    visit = factories.visit(cast.eye, patient=known)
    answer = Api(cast.amina).post("patients/like", {"name": "mwinyi asha", "sex": "female", "birth_year": 1969})
    (one,) = answer.json()["results"]
    assert (answer.status_code, one["id"], one["site"]) == (200, str(known.pk), "north")
    assert one["last_visit"] == str(visit.day)
    other = Api(cast.amina).post("patients/like", {"name": "Zuberi", "sex": "female", "birth_year": 1969})
    assert other.json() == {"results": []} and Patient.objects.count() == 2


# Corrections


def test_a_fact_is_put_right_by_what_it_was_and_why(cast: Cast) -> None:
    amina, path = Api(cast.amina), f"patients/{factories.an_id()}"
    amina.put(path, ASHA)
    sent = {"name": "Asha Juma", "was": {"name": "Asha"}, "why": "wrong"}
    answers = [amina.send("PATCH", path, sent) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == amina.get(path).json() and answers[0].json()["name"] == "Asha Juma"
    assert Patient.objects.get().corrections.count() == 1
    # A phone that knows no better still enrols the same person.
    assert amina.put(path, ASHA).json()["name"] == "Asha Juma"


def test_a_lost_update_is_a_conflict_that_says_what_stands(cast: Cast) -> None:
    path = f"patients/{factories.an_id()}"
    Api(cast.amina).put(path, ASHA)
    sent = {"birth_year": 1969, "was": {"birth_year": 1968}, "why": "learnt"}
    assert Api(cast.samuel).send("PATCH", path, sent).status_code == 200
    answer = Api(cast.amina).send("PATCH", path, sent | {"birth_year": 1970})
    assert (answer.status_code, answer.json()["code"]) == (409, "changed")
    assert "1969" in answer.json()["errors"]["birth_year"][0]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "B", "was": {}, "why": "wrong"}, "name"), ({"name": "B", "why": "wrong"}, "was"),
        ({"name": "B", "was": {"name": "Asha"}}, "why"), ({"name": "B", "was": {"name": "Asha"}, "why": "x"}, "why"),
        ({"name": "", "was": {"name": "Asha"}, "why": "wrong"}, "name"), ({"was": ["x"], "why": "wrong"}, "was"),
        ({"birth_year": 68, "was": {"birth_year": 1968}, "why": "wrong"}, "birth_year"),
    ],
)  # fmt: skip
def test_a_correction_that_says_too_little_names_the_field(cast: Cast, sent: dict[str, Any], field: str) -> None:
    path = f"patients/{factories.an_id()}"
    Api(cast.amina).put(path, ASHA)
    answer = Api(cast.amina).send("PATCH", path, sent)
    assert (answer.status_code, set(answer.json()["errors"])) in ((400, {field}), (422, {field}))
    assert not Patient.objects.get().corrections.exists()


def test_a_machine_puts_nothing_right(cast: Cast) -> None:
    patient = factories.enrolled(cast.north, by=cast.gateway, consents=False)
    sent = {"name": "B", "was": {"name": patient.name}, "why": "wrong"}
    assert Api(cast.gateway).send("PATCH", f"patients/{patient.pk}", sent).status_code == 403
    assert Api(cast.benjamin).send("PATCH", f"patients/{patient.pk}", sent).status_code == 404
