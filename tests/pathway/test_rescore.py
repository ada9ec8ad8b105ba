"""Stored pictures scored again: the same numbers and the same decisions, and a difference is told."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inference import blobs
from inference.models import Run
from screening import tasks
from screening.models import Image
from screening.protocol import rescore
from screening.visit import pictures
from screening.visit.hand_in import hand_in
from tests import factories as make
from tests.cast import Cast
from tests.inference import packs
from tests.inference.test_execute import GATE
from tests.pathway.test_photo_to_answer import installed

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def visits(cast: Cast, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Image]:
    """Four visits, both eyes each, through the product's own way: eight stored pictures."""
    settings.FIELDLIGHT_PACKS = tmp_path / "packs"
    gate = installed(tmp_path / "gate", packs.brightness_model(weight=-80.0), **GATE)
    finding = installed(tmp_path / "finding", packs.brightness_model())
    make.operating_point(finding, "fundus_phone", 0.06)
    for version in (gate, finding):
        make.signed_into_force(cast.eye, version)
    for number in range(4):
        encounter = make.visit(cast.eye, cast.north)
        for side, view in enumerate(cast.eye.views):
            data = make.photo_bytes(10 * number + side, size=420, lesions=number % 5, laterality="RL"[side])
            image, _ = pictures.accept(
                encounter.started_by, encounter, view=view, data=data, capture_class="fundus_phone"
            )
            tasks.assess(photo=image.display_sha256)
        hand_in(encounter.started_by, encounter)
        tasks.decide(encounter_id=str(encounter.pk))
    return list(Image.objects.all())


def said(*words: str) -> str:
    out = StringIO()
    call_command("rescore", "--check", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_every_score_and_decision_is_reproduced(visits: list[Image]) -> None:
    assert "8 pictures of 4 visits scored again: largest difference 0, 0 not the same." in said()
    assert "4 pictures" in said("--limit", "4", "--programme", "diabetic-eye")
    with pytest.raises(CommandError, match="There is no programme"):
        said("--programme", "x")
    with pytest.raises(CommandError, match="No stored picture"):
        said("--programme", "tb-chest")


def test_another_score_and_another_decision_are_told(visits: list[Image], capsys: pytest.CaptureFixture[str]) -> None:
    picture = visits[0].display_sha256
    finding = Run.objects.get(display_sha256=picture, model_version__purpose="finding")
    scores = {label: value + 0.0002 for label, value in finding.scores.items()}
    Run.objects.filter(pk=finding.pk).update(scores=scores)
    (again,) = (one for one in rescore.check(visits) if one.problem)
    assert again.gap == pytest.approx(0.0002) and "a score differs by 0.000200" in again.problem
    other = 0.9 if finding.score < 0.06 else 0.01
    Run.objects.filter(pk=finding.pk).update(scores=finding.scores, score=other)
    seen = list(rescore.check(visits))
    (sentence,) = [one.problem for one in seen if one.problem]
    assert sentence.startswith("it was ")
    assert list(rescore.decisions(visits, seen))
    with pytest.raises(CommandError, match="Not every score"):
        said()


def test_a_picture_that_is_gone_is_told(visits: list[Image], store: Path) -> None:
    (store / blobs.display(visits[3].display_sha256)).unlink()
    (again,) = (one for one in rescore.check(visits) if one.problem)
    assert "cannot be scored" in again.problem
