"""A consult over the API: blind first, then with the AI; others stay hidden until the answer."""

from __future__ import annotations

import pytest

from screening.models import Consult, Programme, ReadingMode
from tests.cast import Cast
from tests.screening.api.reading.sent import LINE, MODERATE, NORMAL, SCORE
from tests.screening.api_client import Api, keys

BLIND = LINE | {"views", "reading_mode", "answers", "unobtainable", "images", "draft", "reads"}
PICTURE = {"id", "view", "capture_class", "width", "height", "received_at", "display", "thumbnail"}
AI_WORDS = {"ai", "score", "threshold", "distance", "heat", "operating_point", "models", "reason", "evidence"}


def test_before_the_first_impression_there_is_no_trace_of_the_ai(cast: Cast, consult: Consult) -> None:
    olivia = Api(cast.olivia)
    for answer in (olivia.get(f"referrals/{consult.pk}"), olivia.post(f"referrals/{consult.pk}/claim")):
        assert set(answer.json()) == BLIND
        assert all(set(image) == PICTURE for image in answer.json()["images"])
        assert not keys(answer.json()) & AI_WORDS
        assert str(SCORE).encode() not in answer.content and b"heat" not in answer.content


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
