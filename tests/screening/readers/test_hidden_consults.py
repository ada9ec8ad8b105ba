"""Hidden test cases: to the reader a consult like any other, met and counted by nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from inference.models import Run
from screening.messages import talk
from screening.models import Consult, Encounter, GivenCase, Image, Notice, Patient, Sitting, TestPicture, TestSet
from screening.reading import desk
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE, both_eyes
from tests.screening.api_client import Api
from tests.screening.desk import form, post
from tests.screening.tried import hidden, reads

SignIn = Callable[[User | None], Client]


def test_a_hidden_test_is_the_readers_alone_and_counted_nowhere(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    consult = hidden(cast, eye_set, 2)
    assert list(Consult.objects.worklist(cast.olivia)) == [consult]
    assert not Consult.objects.readable_by(cast.oscar).exists()
    for who in (cast.amina, cast.samuel):
        assert not Patient.objects.visible_to(who).exists()
        assert not Encounter.objects.visible_to(who).exists()
        assert not Image.objects.visible_to(who).exists()
    assert not Encounter.objects.counted().exists()
    assert not Consult.objects.overdue().exists()
    reads(cast.olivia, consult, MODERATE_EYE)
    assert not Notice.objects.exists()


def test_nothing_tells_a_hidden_test_from_a_patient(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    real = make.referred(cast.eye, cast.north)
    test = hidden(cast, eye_set, 4)
    api = Api(cast.olivia)
    lines = {line["id"]: line for line in api.get("worklist").json()["results"]}
    one, other = lines[str(real.pk)], lines[str(test.pk)]
    assert {key for key in one if one[key] != other[key]} <= {"id", "person", "due_at", "created_at"}
    for step in ("claim", "impression"):
        answers = [api.post(f"referrals/{r.pk}/{step}", {"grades": both_eyes(NORMAL_EYE)}).json() for r in (real, test)]
        assert set(answers[0]) == set(answers[1])
    assert [set(p) for p in answers[0]["ai"]["pictures"]] == [set(p) for p in answers[1]["ai"]["pictures"]]
    page = signed_in(cast.olivia).get(reverse("read", args=[test.pk])).content.decode()
    for word in ("hidden test", "test case", "suggestion", "drawn so", "quality sample"):
        assert word not in page.lower()


@pytest.mark.parametrize(("number", "ill", "told_ill"), [(1, False, True), (2, True, False), (3, False, False),
                                                         (4, True, True)])  # fmt: skip
def test_a_seeded_suggestion_is_what_the_reader_is_told(
    cast: Cast, signed_in: SignIn, eye_set: TestSet, number: int, ill: bool, told_ill: bool
) -> None:
    consult = hidden(cast, eye_set, number)
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    text = post(client, "impression", consult, form(both_eyes(NORMAL_EYE)), headers={"HX-Request": "true"})
    assert ("AI: signs of disease" in text.content.decode()) is told_ill
    assert ("AI: below the threshold" in text.content.decode()) is not told_ill


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_no_heat_map_contradicts_or_betrays_a_seeded_suggestion(
    cast: Cast, signed_in: SignIn, eye_set: TestSet, number: int
) -> None:
    """Right and wrong seeds alike: neither page nor API nor the picture's own address has a map."""
    Run.objects.update(heat="heat/made", measures={"heat_on_organ": 0.9123})
    consult = hidden(cast, eye_set, number)
    desk.impression(cast.olivia, desk.claim(cast.olivia, consult.pk), both_eyes(NORMAL_EYE))
    client, told = signed_in(cast.olivia), Api(cast.olivia).get(f"referrals/{consult.pk}").json()["ai"]["pictures"]
    assert [picture["heat"] for picture in told] == [None, None]
    page = client.get(reverse("read", args=[consult.pk])).content.decode()
    assert "data-heat-of" not in page and "heat map lies" not in page
    for picture in told:
        assert client.get(reverse("image_heat", args=[picture["image"]])).status_code == 404


def test_a_seeded_score_looks_like_a_models(cast: Cast, eye_set: TestSet) -> None:
    """No score of a model stops after four digits."""
    consult = hidden(cast, eye_set, 1)
    desk.impression(cast.olivia, desk.claim(cast.olivia, consult.pk), both_eyes(NORMAL_EYE))
    told = Api(cast.olivia).get(f"referrals/{consult.pk}").json()["ai"]["pictures"]
    assert all(len(str(picture["score"])) > 10 for picture in told)


def test_what_the_gate_turned_down_gets_no_suggestion(cast: Cast, eye_set: TestSet) -> None:
    photo = eye_set.cases.get(number=1).pictures.get(view="OD").display_sha256
    Run.objects.filter(display_sha256=photo, model_version__purpose="gate").update(gradable=False, reason="blurred")
    consult = hidden(cast, eye_set, 1)
    desk.impression(cast.olivia, desk.claim(cast.olivia, consult.pk), both_eyes(NORMAL_EYE))
    told = Api(cast.olivia).get(f"referrals/{consult.pk}").json()["ai"]["pictures"]
    assert [(picture["state"], picture["score"] is None) for picture in told] == [
        ("ungradable", True), ("positive", False)
    ]  # fmt: skip


def test_a_case_the_model_in_force_has_not_seen_is_neither_hidden_nor_examined_yet(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    make.models(cast.eye, threshold=0.4)  # newer ones, which have seen no picture of the set
    TestSet.objects.update(one_in=1)
    reads(cast.olivia, make.referred(cast.eye, cast.north), MODERATE_EYE)
    client = signed_in(cast.olivia)
    client.post(reverse("start_exam", args=[eye_set.pk]))
    assert not GivenCase.objects.exists() and not Sitting.objects.exists()
    for photo in TestPicture.objects.values_list("display_sha256", flat=True):
        for run in Run.objects.claim(photo):
            run.finish(score=0.1, gradable=True, scores={})
    client.post(reverse("start_exam", args=[eye_set.pk]))
    assert Sitting.objects.get().given_cases.count() == 4


def test_hidden_tests_come_at_the_rate_that_was_set_and_each_case_once(cast: Cast, eye_set: TestSet) -> None:
    TestSet.objects.update(one_in=1)
    for _n in range(6):
        reads(cast.olivia, make.referred(cast.eye, cast.north), MODERATE_EYE)
    assert GivenCase.objects.filter(reader=cast.olivia).count() == 4
    assert len(set(GivenCase.objects.values_list("case", flat=True))) == 4
    TestSet.objects.update(one_in=0)
    reads(cast.oscar, make.referred(cast.eye, cast.north), MODERATE_EYE)
    assert not GivenCase.objects.filter(reader=cast.oscar).exists()


def test_a_wish_about_a_test_case_is_answered_at_once(cast: Cast, eye_set: TestSet) -> None:
    consult = hidden(cast, eye_set, 1)
    talk.ask_for_retake(cast.olivia, desk.claim(cast.olivia, consult.pk), {"OD": "blurred"})
    assert not Notice.objects.exists()
    assert list(Consult.objects.worklist(cast.olivia)) == [consult]
