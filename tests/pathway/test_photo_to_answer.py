"""The whole walk in one process: a drawn photo, real (tiny) models, the specialist, the answer at the site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.audit import first_broken
from inference import blobs, pack
from inference.models import ModelVersion, Run
from screening import tasks
from screening.models import Consult, Encounter, Image, Notice, Outcome
from screening.reading import desk
from screening.visit import pictures
from screening.visit.hand_in import hand_in
from tests import factories as make
from tests.cast import Cast
from tests.inference import packs
from tests.pathway.slow_packs import GATE

pytestmark = pytest.mark.usefixtures("store")
Screen = Callable[..., Encounter]


@pytest.fixture
def screen(
    cast: Cast, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Screen:
    """`screen(threshold, quality=...)`: Amina photographs both eyes, hands in; a worker does what it is rung for."""
    settings.FIELDLIGHT_PACKS = tmp_path / "packs"
    gate = installed(tmp_path / "gate", packs.brightness_model(weight=-80.0), **GATE)
    finding = installed(tmp_path / "finding", packs.brightness_model())
    monkeypatch.setattr(tasks.assess, "delay", lambda **said: tasks.assess(**said))
    monkeypatch.setattr(tasks.decide, "delay", lambda **said: tasks.decide(**said))

    def walk(threshold: float, **drawn: Any) -> Encounter:
        make.operating_point(finding, "fundus_phone", threshold)
        for version in (gate, finding):
            make.signed_into_force(cast.eye, version)
        encounter = make.visit(cast.eye, cast.north, answers={"diabetes": "type2", "diabetes_years": "12"})
        for seed, view in enumerate(cast.eye.views):
            data = make.photo_bytes(seed, laterality="RL"[seed], **drawn)
            with django_capture_on_commit_callbacks(execute=True), tasks.edge():
                pictures.accept(cast.amina, encounter, view=view, data=data, capture_class="fundus_phone")
        if drawn.get("quality", "good") == "good":
            with django_capture_on_commit_callbacks(execute=True), tasks.edge():
                hand_in(cast.amina, encounter)
        return encounter

    return walk


def installed(folder: Path, model: Any, **changes: Any) -> ModelVersion:
    found = pack.copy_into(packs.make(folder, model, latency_budget_ms=60000, **changes), folder.parent / "packs")
    return ModelVersion.objects.create(
        sha256=found.sha256, name=found.manifest.name, version="1", modality="fundus",
        purpose=found.manifest.purpose, manifest=found.manifest.raw, exam={},
    )  # fmt: skip


def test_from_the_photo_to_the_specialists_answer(cast: Cast, screen: Screen) -> None:
    encounter = screen(0.0)
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}
    assert encounter.decision().action == "refer"
    heat = Run.objects.exclude(heat="").first()
    assert blobs.exists(heat.heat)
    [consult] = Consult.objects.worklist(cast.olivia)
    mine = desk.claim(cast.olivia, consult.pk)
    assert Image.objects.visible_to(cast.olivia).count() == 2
    desk.impression(cast.olivia, mine, make.both_eyes(make.MODERATE_EYE))
    desk.submit(cast.olivia, mine, make.both_eyes(make.MODERATE_EYE), "Laser clinic on Tuesday.")
    outcome = Outcome.objects.get(consult__encounter=encounter)
    assert (outcome.action, outcome.advice) == ("refer", "Laser clinic on Tuesday.")
    told = {notice.kind for notice in Notice.objects.visible_to(cast.amina).unseen()}
    assert told == {Notice.Kind.REFERRED, Notice.Kind.ANSWERED}
    assert not Notice.objects.visible_to(cast.benjamin).exists()
    assert first_broken() is None


def test_a_healthy_patient_goes_home_with_a_date(cast: Cast, screen: Screen) -> None:
    decision = screen(1.0).decision()
    assert (decision.action, decision.reason, decision.recall_months) == ("recall", "all_clear", 12)
    assert not Consult.objects.exists()


@pytest.mark.parametrize("quality", ["blurred", "dark"])
def test_a_bad_photo_is_taken_again(cast: Cast, screen: Screen, quality: str) -> None:
    decision = screen(1.0, quality=quality).decision()
    assert (decision.action, decision.reason, decision.views) == ("retake", "ungradable", ["OD", "OS"])
    assert all(decision.details)


def test_the_same_photo_scores_the_same_again(cast: Cast, screen: Screen) -> None:
    encounter = screen(0.0)
    image = encounter.images.all()[0]
    first = dict(Run.objects.filter(display_sha256=image.display_sha256).values_list("model_version", "score"))
    Run.objects.filter(display_sha256=image.display_sha256).update(state="queued", score=None, attempts=0)
    tasks.assess(photo=image.display_sha256)
    again = dict(Run.objects.filter(display_sha256=image.display_sha256).values_list("model_version", "score"))
    assert again == pytest.approx(first, abs=1e-4)
    assert encounter.decisions.filter(action="refer").count() >= 1
