"""Reading over the API: claimed, blind first, then with the AI; said twice, it is one read."""

from __future__ import annotations

from typing import Any

import pytest

from screening.models import Consult, Programme, Read, ReadingMode
from screening.reading import desk
from tests import factories
from tests.cast import Cast
from tests.screening.api_client import Api, keys

MODERATE: dict[str, Any] = {"grades": factories.both_eyes(factories.MODERATE_EYE), "advice": "To the clinic"}
NORMAL: dict[str, Any] = {"grades": factories.both_eyes(factories.NORMAL_EYE), "advice": ""}
LINE = {
    "id", "programme", "modality", "person", "priority", "due_at", "overdue", "state", "created_at", "mine",
    "claim_until",
}  # fmt: skip
BLIND = LINE | {"views", "reading_mode", "answers", "unobtainable", "images", "draft", "reads"}
PICTURE = {"id", "view", "capture_class", "width", "height", "received_at", "display", "thumbnail"}
# Long enough that no time of day or identifier in an answer can happen to contain it.
SCORE = 0.8134567
AI_WORDS = {"ai", "score", "threshold", "distance", "heat", "operating_point", "models", "reason", "evidence"}


@pytest.fixture
def consult(cast: Cast) -> Consult:
    factories.models(cast.eye)
    return factories.referred(cast.eye, cast.north, score=SCORE)


def test_the_worklist_is_by_urgency_then_by_due_time(cast: Cast) -> None:
    factories.models(cast.eye)
    later, urgent, first = (factories.referred(cast.eye, cast.north) for _ in range(3))
    Consult.objects.filter(pk=urgent.pk).update(priority="urgent")
    Consult.objects.filter(pk=first.pk).update(due_at=later.due_at.replace(year=2020))
    olivia = Api(cast.olivia)
    page = olivia.get("worklist?page_size=2").json()
    rest = olivia.get(page["next"]).json()
    listed = [row["id"] for row in page["results"] + rest["results"]]
    assert listed == [str(urgent.pk), str(first.pk), str(later.pk)]
    assert all(set(row) == LINE for row in page["results"])
    assert [row["overdue"] for row in page["results"]] == [False, True]


def test_before_the_first_impression_there_is_no_trace_of_the_ai(cast: Cast, consult: Consult) -> None:
    olivia = Api(cast.olivia)
    for answer in (olivia.get(f"referrals/{consult.pk}"), olivia.post(f"referrals/{consult.pk}/claim")):
        assert set(answer.json()) == BLIND
        assert all(set(image) == PICTURE for image in answer.json()["images"])
        assert not keys(answer.json()) & AI_WORDS
        assert str(SCORE).encode() not in answer.content and b"heat" not in answer.content


def test_the_final_read_waits_for_the_first_impression(cast: Cast, consult: Consult) -> None:
    olivia, path = Api(cast.olivia), f"referrals/{consult.pk}"
    olivia.post(f"{path}/claim")
    early = olivia.post(f"{path}/reads", MODERATE)
    assert (early.status_code, early.json()["code"]) == (409, "out_of_order")
    assert not Read.objects.exists()
    assert olivia.post(f"{path}/impression", MODERATE).status_code == 201
    final = olivia.post(f"{path}/reads", MODERATE)
    assert (final.status_code, final.json()["state"]) == (201, "closed")
    assert olivia.get(f"{path}/outcome").json()["action"] == "refer"


def test_after_the_impression_the_ai_comes_with_its_evidence(cast: Cast, consult: Consult) -> None:
    answer = Api(cast.olivia).post(f"referrals/{consult.pk}/impression", MODERATE).json()
    assert set(answer) == BLIND | {"ai"}
    ai = answer["ai"]
    assert (ai["action"], ai["reason"]) == ("refer", "finding")
    worst = ai["pictures"][0]
    assert set(worst) == {
        "image", "state", "reason", "words", "score", "threshold", "distance", "heat", "models", "operating_point",
    }  # fmt: skip
    assert (worst["state"], worst["score"], worst["threshold"]) == ("positive", SCORE, 0.5)
    assert worst["distance"] == pytest.approx(SCORE - 0.5)
    assert worst["operating_point"]["sensitivity_lower"] == 0.9
    assert {model["name"] for model in worst["models"]} == {"fundus-gate", "fundus-finding"}
    # Another reader has given no impression and stays blind.
    assert "ai" not in Api(cast.oscar).get(f"referrals/{consult.pk}").json()


def test_ai_first_shows_it_at_once(cast: Cast, consult: Consult) -> None:
    Programme.objects.filter(pk=cast.eye.pk).update(reading_mode=ReadingMode.AI_FIRST)
    olivia = Api(cast.olivia)
    assert "ai" in olivia.get(f"referrals/{consult.pk}").json()
    assert olivia.post(f"referrals/{consult.pk}/reads", MODERATE).status_code == 201


def test_a_claim_is_one_readers_and_the_other_hears_until_when(cast: Cast, consult: Consult) -> None:
    olivia, oscar, path = Api(cast.olivia), Api(cast.oscar), f"referrals/{consult.pk}"
    held = [olivia.post(f"{path}/claim") for _ in range(10)]
    assert {answer.status_code for answer in held} == {200}
    assert held[-1].json()["mine"] and held[-1].json()["claim_until"]
    late = oscar.post(f"{path}/claim")
    assert (late.status_code, late.json()["code"]) == (409, "lost")
    assert "Olivia" in late.json()["detail"]
    assert oscar.get("worklist").json()["results"] == []
    assert oscar.get(path).json()["claim_until"] is None
    assert oscar.post(f"{path}/release").status_code == 200  # not theirs: changes nothing
    assert oscar.post(f"{path}/claim").status_code == 409
    assert not olivia.post(f"{path}/release").json()["mine"]
    assert oscar.post(f"{path}/claim").status_code == 200


def test_what_was_entered_is_never_lost(cast: Cast, consult: Consult) -> None:
    olivia, oscar, path = Api(cast.olivia), Api(cast.oscar), f"referrals/{consult.pk}"
    half = {"grades": {"OD": {"gradability": "gradable", "icdr": 3}}, "advice": "half a sen"}
    kept = {"grades": {"OD": {"gradability": "gradable", "icdr": "3"}}, "advice": "half a sen"}
    assert olivia.put(f"{path}/draft", half).json()["draft"] == kept
    oscar.post(f"{path}/claim")
    assert olivia.post(f"{path}/impression", MODERATE).status_code == 409
    assert olivia.get(path).json()["draft"] == MODERATE
    assert oscar.get(path).json()["draft"] is None


def test_the_same_opinion_twice_is_one_read_and_another_is_lost(cast: Cast, consult: Consult) -> None:
    olivia, path = Api(cast.olivia), f"referrals/{consult.pk}"
    assert [olivia.post(f"{path}/impression", MODERATE).status_code for _ in range(10)] == [201] + [200] * 9
    other = olivia.post(f"{path}/impression", NORMAL)
    assert (other.status_code, other.json()["code"]) == (409, "lost")
    assert [olivia.post(f"{path}/reads", MODERATE).status_code for _ in range(3)] == [201, 200, 200]
    assert Read.objects.count() == 2


def test_others_reads_stay_hidden_until_the_answer(cast: Cast, consult: Consult) -> None:
    olivia, oscar, path = Api(cast.olivia), Api(cast.oscar), f"referrals/{consult.pk}"
    for step in ("impression", "reads"):
        assert olivia.post(f"{path}/{step}", NORMAL).status_code == 201  # overrules the AI: a second reader looks
    assert oscar.get(path).json()["reads"] == []
    for step in ("impression", "reads"):
        assert oscar.post(f"{path}/{step}", NORMAL).status_code == 201
    reads = oscar.get(path).json()["reads"]
    assert sorted((read["mine"], read["stage"]) for read in reads) == sorted(
        (mine, stage) for mine in (True, False) for stage in ("impression", "final")
    )
    assert set(reads[0]) == {
        "stage", "version", "mine", "finding", "grades", "advice", "advice_codes", "amends", "adjudicates", "ai_shown",
        "read_at", "marks",
    }  # fmt: skip
    assert {read["ai_shown"] for read in reads if read["stage"] == "impression"} == {False}


GOOD = factories.MODERATE_EYE


@pytest.mark.parametrize(
    ("grades", "status"),
    [
        ({}, 400), ({"OD": GOOD}, 400), ({"OD": GOOD, "OS": {}}, 422), ({"OD": GOOD, "OS": {"icdr": 9}}, 400),
        ({"OD": GOOD, "OS": {"gradability": "gradable", "icdr": 2}}, 422), ({"OD": GOOD, "OS": "fine"}, 400),
        ({"OD": GOOD, "OS": GOOD, "CXR": GOOD}, 400), ({"OD": GOOD, "OS": {"icdr": 1e308 * 10}}, 400), ([], 400),
        ({"OD": GOOD, "OS": {"gradability": ["gradable"]}}, 400), (None, 400),
    ],
)  # fmt: skip
def test_half_a_grade_is_no_grade(cast: Cast, consult: Consult, grades: Any, status: int) -> None:
    answer = Api(cast.olivia).post(f"referrals/{consult.pk}/impression", {"grades": grades, "advice": ""})
    assert answer.status_code == status
    assert answer.json().get("errors") or answer.json()["code"] == "parse_error"
    assert not Read.objects.exists()


def test_an_ungradable_eye_needs_no_more_than_that(cast: Cast, consult: Consult) -> None:
    body = {"grades": factories.both_eyes(factories.UNGRADABLE_EYE)}
    answer = Api(cast.olivia).post(f"referrals/{consult.pk}/impression", body)
    assert answer.json()["reads"][0]["finding"] == "ungradable"


def test_what_the_server_decides_cannot_be_sent(cast: Cast, consult: Consult) -> None:
    sent = MODERATE | {
        "finding": "normal", "adjudicates": True, "ai_shown": True, "stage": "final", "version": 9,
        "reader": str(cast.adele.pk), "state": "closed",
    }  # fmt: skip
    Api(cast.olivia).post(f"referrals/{consult.pk}/impression", sent)
    read = Read.objects.get()
    assert (read.finding, read.adjudicates, read.ai_shown, read.stage, read.version, read.reader) == (
        "referable", False, False, "impression", 1, cast.olivia,
    )  # fmt: skip


def test_a_reader_may_not_take_what_only_an_adjudicator_answers(cast: Cast, consult: Consult) -> None:
    for user, said in ((cast.olivia, NORMAL), (cast.oscar, MODERATE)):
        for verb in (desk.impression, desk.submit):
            verb(user, consult, said["grades"])
    path = f"referrals/{consult.pk}"
    assert Api(cast.olivia).post(f"{path}/claim").json()["code"] == "lost"
    adele = Api(cast.adele)
    assert adele.get("worklist").json()["results"][0]["state"] == "disputed"
    for step in ("impression", "reads"):
        assert adele.post(f"{path}/{step}", MODERATE).status_code == 201
    assert adele.get(f"{path}/outcome").json()["finding"] == "referable"
