"""What stands beside a score on the reading page: the rule, quality, how usual the photo is, where the heat lies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from inference.models import ModelVersion, Run
from screening.models import Consult, Proposal
from tests import factories
from tests.cast import Cast
from tests.factories import NORMAL_EYE, both_eyes
from tests.screening.desk import form, post

SignIn = Callable[[User | None], Client]
UNLIKE, BESIDE = "Unlike the photos this model was tested on", "of the heat map lies on the retina: do not rely on it"


@pytest.fixture
def consult(cast: Cast) -> Consult:
    factories.models(cast.eye, threshold=0.42)
    consult = factories.referred(cast.eye, cast.north, score=0.81)
    findings = Run.objects.filter(model_version__purpose=ModelVersion.Purpose.FINDING)
    right, left = findings.order_by("-score")
    Run.objects.filter(pk=right.pk).update(measures={"heat_on_organ": 0.31, "unusual": 1.4})
    Run.objects.filter(pk=left.pk).update(measures={"heat_on_organ": 0.96, "unusual": 0.5})
    return consult


def test_the_reader_sees_the_rule_and_what_to_weigh_it_with(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    text = post(client, "impression", consult, form(both_eyes(NORMAL_EYE))).content.decode()
    text = client.get(reverse("read", args=[consult.pk])).content.decode()
    for words in (
        "The score 0.81 reaches the threshold 0.42, so the rule refers.", "Quality check: can be graded.", UNLIKE,
        f"Only 31 % {BESIDE}", "96 % of the heat map lies on the retina.",
        "Looks like the photos this model was tested on",
        "stays below the threshold 0.42",
    ):  # fmt: skip
        assert words in text, words


def test_a_blind_reader_sees_nothing_of_it(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    text = client.get(reverse("read", args=[consult.pk])).content.decode()
    for words in (UNLIKE, BESIDE, "Quality check", "the rule refers", "heat map lies"):
        assert words not in text, words


def test_what_cannot_be_told_is_not_said(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Run.objects.update(measures={})
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    post(client, "impression", consult, form(both_eyes(NORMAL_EYE)))
    text = client.get(reverse("read", args=[consult.pk])).content.decode()
    assert "Quality check: can be graded." in text
    assert UNLIKE not in text and "heat map lies" not in text


AID = {"output": {"kind": "measurement", "labels": ["cup_to_disc"], "units": ["share of the disc"]}}
MEASURED, NO_MAP = "cup_to_disc: 0.42 share of the disc", "The heat map does not come from what the model has learnt"


def test_an_aid_is_proposed_signed_and_measures_beside_the_score_and_decides_nothing(
    cast: Cast, signed_in: SignIn
) -> None:
    models = factories.models(cast.eye, threshold=0.42)
    aid = factories.model_version("fundus", "aid")
    ModelVersion.objects.filter(pk=aid.pk).update(manifest=AID)
    ModelVersion.objects.filter(pk=models.finding.pk).update(
        exam={"heat_map": {"alike": 0.7, "passed": False, "pictures": 17, "on_organ": 0.5}}
    )
    at = "/models/diabetic-eye/"
    page = signed_in(cast.tessa).post(f"{at}propose/", {"version": aid.pk}, follow=True).content.decode()
    assert "Measures or marks; decides nothing" in page and "It decides nothing and needs no threshold." in page
    proposal = Proposal.objects.get()
    page = signed_in(cast.maya).post(f"/proposals/{proposal.pk}/sign/", {"says": "approved"}, follow=True)
    assert "Readers see what it measures" in page.content.decode()
    assert "Heat map: do not rely on it." in page.content.decode()
    consult = factories.referred(cast.eye, cast.north, score=0.81)
    assert consult.decision.action == "refer"
    for photo in consult.encounter.images.values_list("display_sha256", flat=True):
        Run.objects.filter(display_sha256=photo, model_version=aid).update(state="done", scores={"cup_to_disc": 0.42})
    Run.objects.filter(model_version=models.finding).update(heat="heat/x.png")
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    blind = client.get(reverse("read", args=[consult.pk])).content.decode()
    assert "cup_to_disc" not in blind and NO_MAP not in blind
    post(client, "impression", consult, form(both_eyes(NORMAL_EYE)))
    shown = client.get(reverse("read", args=[consult.pk])).content.decode()
    assert MEASURED in shown and NO_MAP in shown


def test_a_map_tested_on_too_few_pictures_is_called_unknown_and_not_passed(cast: Cast, signed_in: SignIn) -> None:
    models = factories.models(cast.eye, threshold=0.42)
    kept = {"heat_map": {"alike": 0.1, "passed": True, "pictures": 3, "on_organ": 0.5}}
    ModelVersion.objects.filter(pk=models.finding.pk).update(exam=kept)
    consult = factories.referred(cast.eye, cast.north, score=0.81)
    Run.objects.filter(model_version=models.finding).update(heat="heat/x.png")
    text = _told(signed_in(cast.olivia), consult)
    assert "It is not known whether the heat map comes from what the model has learnt." in text
    client = signed_in(cast.tessa)
    card = client.get(reverse("model_card", args=[cast.eye.code, models.finding.pk])).content.decode()
    for page in (client.get("/models/diabetic-eye/").content.decode(), card):
        assert "The heat map was not judged: too few pictures with heat (3)." in page
        assert "shuffled, it changes" not in page


def _told(client: Client, consult: Consult) -> str:
    post(client, "claim", consult)
    post(client, "impression", consult, form(both_eyes(NORMAL_EYE)))
    return client.get(reverse("read", args=[consult.pk])).content.decode()


def test_a_usual_photo_and_heat_on_the_organ_reassure_nobody(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    text = _told(signed_in(cast.olivia), consult)
    for words in ("Looks like the photos this model was tested on", "96 % of the heat map lies on the retina."):
        line = text[: text.index(words)].rsplit("<li", 1)[1]
        assert "tone-quiet" in line and "circle-check" not in line, words


def test_nothing_is_said_of_heat_on_what_cannot_be_graded(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Run.objects.filter(model_version__purpose=ModelVersion.Purpose.GATE).update(gradable=False, reason="not_retina")
    text = _told(signed_in(cast.olivia), consult)
    assert "Quality check: cannot be graded." in text
    assert "of the heat map lies" not in text and "Looks like the photos" not in text and UNLIKE not in text


def test_a_close_call_shows_as_many_digits_as_it_takes_and_the_bound_is_rounded_down(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factories, "operating_point", partial(factories.operating_point, sensitivity_lower=0.9078))
    factories.models(cast.eye, threshold=0.0588)
    consult = factories.referred(cast.eye, cast.north, score=0.0612)
    text = _told(signed_in(cast.olivia), consult)
    assert "The score 0.061 reaches the threshold 0.059, so the rule refers." in text
    assert "Abnormality score 0.061, threshold 0.059" in text
    assert "(at least 90 %" in text
