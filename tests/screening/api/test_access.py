"""Who may call which endpoint, and whose rows they get. What one may not see is as if it were not there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from screening.api.endpoint import PerUser
from screening.api.urls import urlpatterns
from screening.models import Consult
from tests import factories
from tests.cast import Cast
from tests.screening.api_client import UNKNOWN, Api, keys

WHO = ("amina", "benjamin", "olivia", "rania", "samuel", "maya", "tessa")
# Everything about a visit at the north: amina's and samuel's site. Bodies are empty, so 400 is "come in, but say what".
TABLE = """
GET  me                                   200 200 200 200 200 200 200
GET  sites                                200 200 200 200 200 200 200
GET  schema                               200 200 200 200 200 200 200
GET  programmes                           200 200 200 200 200 200 403
GET  patients                             200 200 403 403 200 403 403
POST patients                             400 400 403 403 403 403 403
POST patients/like                        400 400 403 403 400 403 403
GET  patients/{patient}                   200 404 403 403 200 403 403
PUT  patients/{patient}                   400 400 403 403 403 403 403
PATCH patients/{patient}                  400 404 403 403 400 403 403
POST patients/{patient}/consents          400 404 403 403 403 403 403
POST patients/{patient}/withdrawals       400 404 403 403 400 403 403
GET  encounters                           200 200 403 403 200 403 403
GET  encounters/{encounter}               200 404 403 403 200 403 403
PUT  encounters/{encounter}               400 400 403 403 403 403 403
PUT  encounters/{encounter}/answers       400 404 403 403 403 403 403
PUT  encounters/{encounter}/unobtainable/OD 400 404 403 403 403 403 403
POST encounters/{encounter}/hand-in       200 404 403 403 403 403 403
GET  encounters/{encounter}/images        200 404 403 403 200 403 403
PUT  encounters/{encounter}/images/{new}  415 404 403 403 403 403 403
POST encounters/{encounter}/images/{new}/set-aside 404 404 403 403 403 403 403
POST encounters/{encounter}/images/{new}/put-back  404 404 403 403 403 403 403
PUT  encounters/{encounter}/follow-ups/{new} 400 404 403 403 400 403 403
GET  csrf                                 200 200 200 200 200 200 200
GET  offline                              200 200 200 200 200 200 200
GET  today                                200 200 403 403 200 403 403
GET  tasks                                200 200 403 403 200 403 403
GET  held                                 200 200 403 403 200 403 403
POST held/{new}                           404 404 403 403 404 403 403
GET  sealed                               400 400 400 400 400 400 400
GET  sealed/{new}                         404 404 404 404 404 404 404
PUT  sealed/{new}                         415 415 415 415 415 415 415
POST uploads/                             412 412 412 412 412 412 412
PATCH uploads/{new}                       412 412 412 412 412 412 412
GET  encounters/{encounter}/messages      200 404 403 403 200 403 403
GET  messages                             200 200 403 403 403 403 403
POST messages/{new}/answer                404 404 403 403 403 403 403
POST referrals/{consult}/messages        403 403 422 404 403 403 403
POST referrals/{consult}/amendments      403 403 400 404 403 403 403
GET  worklist                             403 403 200 200 403 403 403
GET  referrals/{consult}                 403 403 200 404 403 403 403
POST referrals/{consult}/claim           403 403 200 404 403 403 403
POST referrals/{consult}/release         403 403 200 404 403 403 403
PUT  referrals/{consult}/draft           403 403 200 404 403 403 403
POST referrals/{consult}/impression      403 403 400 404 403 403 403
POST referrals/{consult}/reads           403 403 400 404 403 403 403
GET  referrals/{consult}/outcome         404 404 404 404 404 403 403
"""
ROUTES = [line.split() for line in TABLE.strip().splitlines()]


@pytest.fixture
def consult(cast: Cast) -> Consult:
    factories.models(cast.eye)
    return factories.referred(cast.eye, cast.north)


def address(path: str, consult: Consult) -> str:
    encounter = consult.encounter
    ids = {"patient": encounter.patient_id, "encounter": encounter.pk, "consult": consult.pk}
    return path.format(**ids, new=factories.an_id())


@pytest.mark.parametrize("name", WHO)
def test_who_may_call_what(cast: Cast, consult: Consult, name: str) -> None:
    api = Api(cast.people[name])
    expected, got = {}, {}
    for method, path, *statuses in ROUTES:
        route = f"{method} {path}"
        expected[route] = int(statuses[WHO.index(name)])
        got[route] = api.send(method, address(path, consult), {}).status_code
    assert got == expected


@pytest.mark.parametrize(("name", "status"), [("", 401), ("dora", 401), ("edgar", 403), ("stranger", 403)])
def test_people_without_a_duty_are_turned_away_everywhere(cast: Cast, consult: Consult, name: str, status: int) -> None:
    api = Api(cast.people.get(name))
    for method, path, *_ in [*ROUTES, ["GET", "no-such-thing"]]:
        response = api.send(method, address(path, consult), {})
        assert response.status_code == status, f"{method} {path}"
        assert response["Content-Type"] == "application/problem+json"


def test_the_table_names_every_address() -> None:
    known = {re.sub(r"\{\w+\}", "<id>", path).replace("/OD", "/<id>") for _, path, *_ in ROUTES}
    assert {re.sub(r"<\w+:\w+>", "<id>", str(p.pattern)) for p in urlpatterns} - {""} == known


def test_what_one_may_not_see_reads_like_what_does_not_exist(cast: Cast, consult: Consult) -> None:
    for name in ("benjamin", "rania"):
        api = Api(cast.people[name])
        for method, path, *statuses in ROUTES:
            if statuses[WHO.index(name)] != "404":
                continue
            theirs = api.send(method, address(path, consult), {})
            unknown = api.send(method, re.sub(r"\{(patient|encounter|consult)\}", UNKNOWN, path).format(new=UNKNOWN))
            assert (theirs.status_code, theirs.content) == (404, unknown.content), f"{name}: {method} {path}"
            assert theirs.headers == unknown.headers


def test_lists_hold_exactly_ones_own_rows(cast: Cast) -> None:
    factories.models(cast.eye)
    here = [factories.visit(cast.eye, cast.north) for _ in range(3)]
    factories.visit(cast.eye, cast.south)
    amina = Api(cast.amina)
    listed = amina.get("encounters").json()["results"]
    assert [row["id"] for row in listed] == [str(e.pk) for e in reversed(here)]
    assert {row["id"] for row in amina.get("patients").json()["results"]} == {str(e.patient_id) for e in here}
    assert [site["code"] for site in amina.get("sites").json()["results"]] == ["north"]
    assert all(p["sites"] == ["north"] for p in amina.get("programmes").json()["results"])


def test_nothing_of_another_site_can_be_found_by_searching(cast: Cast) -> None:
    factories.enrolled(cast.south, name="Canary Bird", phone="555-CANARY", local_id="CANARY-1")
    for words in ("Canary", "555-CANARY", "CANARY-1"):
        assert Api(cast.amina).get(f"patients?q={words}").json()["results"] == []
    assert len(Api(cast.benjamin).get("patients?q=canary bird").json()["results"]) == 1


LINE = {"id", "patient", "programme", "site", "state", "stand", "started_at", "day", "day_measured", "received_at",
        "claimed_at", "handed_in_at"}  # fmt: skip
STATUS = LINE | {"answers", "unobtainable", "images", "answer", "decision", "referral", "outcome"}
IMAGE = {
    "id", "encounter", "view", "capture_class", "sha256", "received_at", "state", "reason", "advice", "identity_alert",
}  # fmt: skip
NEVER_IN_THE_FIELD = {"score", "scores", "threshold", "distance", "evidence", "runs", "operating_point", "heat"}


@pytest.mark.parametrize("name", ["amina", "samuel"])
def test_the_field_gets_exactly_these_facts_and_never_a_score(cast: Cast, consult: Consult, name: str) -> None:
    status = Api(cast.people[name]).get(f"encounters/{consult.encounter_id}").json()
    assert set(status) == STATUS
    assert all(set(image) == IMAGE for image in status["images"])
    assert set(status["decision"]) == {"number", "action", "reason", "views", "recall_months", "decided_at"}
    assert set(status["referral"]) == {"state", "priority", "due_at"}
    assert not keys(status) & NEVER_IN_THE_FIELD
    assert {image["state"] for image in status["images"]} == {"good"}  # one positive, one negative: both "good"


def test_readers_get_no_name_no_telephone_no_site(cast: Cast, consult: Consult) -> None:
    patient = consult.encounter.patient
    type(patient).objects.filter(pk=patient.pk).update(name="Canary Bird", phone="555-1234", local_id="CANARY-7")
    olivia = Api(cast.olivia)
    for text in (olivia.get("worklist").content, olivia.get(f"referrals/{consult.pk}").content):
        for secret in (b"Canary", b"555-1234", b"CANARY", b"north", str(patient.pk).encode()):
            assert secret not in text
        assert patient.pseudonym.encode() in text


def test_only_declared_methods_are_served(cast: Cast, consult: Consult) -> None:
    amina = Api(cast.amina)
    for method in ("DELETE", "PATCH"):
        response = amina.send(method, f"encounters/{consult.encounter_id}", {})
        assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert amina.send("HEAD", "me").status_code == 200
    assert amina.send("OPTIONS", "encounters").status_code == 200
    assert Api().send("OPTIONS", "encounters").status_code == 401


def test_a_session_must_carry_the_csrf_token_to_write(cast: Cast) -> None:
    api = Api(cast.amina, enforce_csrf_checks=True)
    refused = api.post("patients", {"name": "A", "sex": "female", "birth_year": 1970})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    token = "x" * 32
    api.client.cookies["csrftoken"] = token
    written = api.post("patients", {"name": "A", "sex": "female", "birth_year": 1970}, **{"X-CSRFToken": token})
    assert written.status_code == 201


def test_nothing_is_kept_on_the_way(cast: Cast) -> None:
    assert Api(cast.amina).get("patients")["Cache-Control"] == "no-store, private"


def test_addresses_that_do_not_exist_are_problems_not_pages(cast: Cast) -> None:
    for path in ("no-such-thing", "patients/7", "encounters/not-an-id/images"):
        response = Api(cast.amina).get(path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_every_throttled_answer_says_when_to_come_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PerUser, "get_rate", lambda self: "1/min")
    answers: list[Any] = [Api(cast.amina).get("me") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1]["Retry-After"]) > 0


def test_the_api_never_answers_a_stranger_with_a_page(client: Client, db: None) -> None:
    response = client.get("/api/v1/me")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
