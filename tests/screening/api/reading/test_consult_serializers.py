"""Grades over the API: whole, or told where not."""

from __future__ import annotations

from typing import Any

import pytest

from screening.models import Consult, Read
from tests import factories
from tests.cast import Cast
from tests.screening.api.reading.sent import MODERATE
from tests.screening.api_client import Api

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
