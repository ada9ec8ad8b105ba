"""The grading sheet: what is missing is asked for beside its field, and the finding is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from screening.models import Consult, Outcome, Read
from screening.triage.decide import triage
from screening.visit.answers import mark_unobtainable
from screening.visit.hand_in import hand_in
from tests import factories
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE, PROLIFERATIVE_EYE, UNGRADABLE_EYE, both_eyes
from tests.screening.desk import form, post
from tests.screening.views.reading.pages import page, read_through

SignIn = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("grades", "field"),
    [
        ({"OS": NORMAL_EYE}, "OD-gradability"),
        ({"OD": NORMAL_EYE, "OS": {"gradability": "gradable", "dme": "none"}}, "OS-icdr"),
        ({"OD": {"gradability": "gradable", "icdr": "2"}, "OS": NORMAL_EYE}, "OD-dme"),
        ({"OD": {"gradability": "gradable", "icdr": "9", "dme": "none"}, "OS": NORMAL_EYE}, "OD-icdr"),
    ],
)
def test_an_incomplete_grade_is_asked_for_beside_its_field(
    grades: dict[str, dict[str, str]], field: str, cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    answer = post(client, "impression", consult, form(grades), headers=HTMX)
    assert answer.status_code == 422
    assert f"id_{field}_problem" in answer.content.decode()
    assert not Read.objects.exists()


def test_the_finding_is_said_while_grading(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    for right, words in (
        (NORMAL_EYE, "No referable disease"), (MODERATE_EYE, "Referable disease"),
        (PROLIFERATIVE_EYE, "Urgent disease"), (UNGRADABLE_EYE, "Cannot be graded"), ({}, "Not complete"),
    ):  # fmt: skip
        answer = post(client, "draft", consult, form({"OD": right, "OS": NORMAL_EYE}), headers=HTMX)
        assert words in answer.content.decode()


def test_a_view_without_a_photo_is_graded_as_such(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    encounter = factories.visit(cast.eye, cast.north)
    factories.pictured(encounter, "OD", 0.1)
    mark_unobtainable(cast.amina, encounter, "OS", "cataract")
    hand_in(cast.amina, encounter)
    triage(encounter.pk)
    consult = Consult.objects.get(encounter=encounter)
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    text = page(client, consult)
    assert "The eye is clouded (cataract)" in text
    assert 'name="OS-gradability" value="ungradable"' in text
    seen_nothing = post(client, "impression", consult, form(both_eyes(NORMAL_EYE)), headers=HTMX)
    assert seen_nothing.status_code == 422, "an eye nobody photographed is never normal"
    read_through(client, consult, UNGRADABLE_EYE)
    assert Outcome.objects.get().finding == "ungradable"
