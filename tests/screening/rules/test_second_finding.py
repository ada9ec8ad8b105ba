"""Two finding models on one picture: every combination, and never an all-clear that one of them did not give."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

import pytest

from inference.models import ModelVersion, Run
from screening import rules
from screening.models import Consult, Image
from screening.protocol import standard_programmes
from screening.reading import what_the_ai_saw
from screening.rules import RANK, ImageState, Priority, Said
from screening.triage.decide import judge, points, triage
from tests import factories as make
from tests.cast import Cast

SAYABLE = (ImageState.POSITIVE, ImageState.PENDING, ImageState.FAILED, ImageState.UNBOUND, ImageState.NEGATIVE)
DONE, QUEUED, BROKEN = Run.State.DONE, Run.State.QUEUED, Run.State.FAILED
GATE = {"state": DONE, "gradable": True}
FOUND, CLEAR = {"state": DONE, "score": 0.9}, {"state": DONE, "score": 0.1}

# (gate, first, second, which have a threshold, state, urgency where positive)
TABLE: list[tuple[dict[str, Any] | None, dict[str, Any] | None, dict[str, Any], str, ImageState, Priority | None]] = [
    (GATE, CLEAR, CLEAR, "12", ImageState.NEGATIVE, None),
    (GATE, FOUND, CLEAR, "12", ImageState.POSITIVE, Priority.REFER),
    (GATE, CLEAR, FOUND, "12", ImageState.POSITIVE, Priority.REVIEW),
    (GATE, FOUND, FOUND, "12", ImageState.POSITIVE, Priority.REFER),
    # one has called, the other is not done: nobody waits
    (GATE, FOUND, {"state": QUEUED}, "12", ImageState.POSITIVE, Priority.REFER),
    (GATE, {"state": QUEUED}, FOUND, "12", ImageState.POSITIVE, Priority.REVIEW),
    (GATE, {"state": BROKEN}, FOUND, "12", ImageState.POSITIVE, Priority.REVIEW),
    (GATE, FOUND, {"state": BROKEN}, "12", ImageState.POSITIVE, Priority.REFER),
    (GATE, FOUND, FOUND, "1", ImageState.POSITIVE, Priority.REFER),
    (GATE, FOUND, FOUND, "2", ImageState.POSITIVE, Priority.REVIEW),
    # one is clear: that is no all-clear
    (GATE, CLEAR, {"state": QUEUED}, "12", ImageState.PENDING, None),
    (GATE, {"state": QUEUED}, CLEAR, "12", ImageState.PENDING, None),
    (GATE, CLEAR, {"state": BROKEN}, "12", ImageState.FAILED, None),
    (GATE, {"state": BROKEN}, CLEAR, "12", ImageState.FAILED, None),
    (GATE, CLEAR, {"state": DONE, "score": None}, "12", ImageState.FAILED, None),
    (GATE, CLEAR, CLEAR, "1", ImageState.UNBOUND, None),
    (GATE, CLEAR, CLEAR, "2", ImageState.UNBOUND, None),
    (GATE, CLEAR, CLEAR, "", ImageState.UNBOUND, None),
    (GATE, None, CLEAR, "12", ImageState.UNBOUND, None),
    # the gate comes first
    ({**GATE, "gradable": False}, FOUND, FOUND, "12", ImageState.UNGRADABLE, None),
    ({"state": QUEUED}, FOUND, FOUND, "12", ImageState.PENDING, None),
    ({"state": BROKEN}, CLEAR, FOUND, "12", ImageState.FAILED, None),
    (None, CLEAR, FOUND, "12", ImageState.UNBOUND, None),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("gate", "first", "second", "bound", "state", "urgency"), TABLE)
def test_what_two_models_amount_to(
    cast: Cast, gate: dict | None, first: dict | None, second: dict, bound: str, state: ImageState, urgency: Any
) -> None:
    found = make.models(cast.chest)
    version = make.model_version("chest", ModelVersion.Purpose.SECOND)
    asked = ((found.gate, gate), (found.finding, first), (version, second))
    runs = [Run(model_version=one, **columns) for one, columns in asked if columns is not None]
    points = make.operating_point(found.finding, "dicom"), make.operating_point(version, "dicom")
    judged = judge(Image(view="CXR"), runs, *(p if n in bound else None for n, p in zip("12", points, strict=True)))
    assert judged.picture.state is state
    if urgency:
        assert judged.picture.urgency is urgency


@pytest.mark.parametrize("states", list(product(SAYABLE, repeat=3)))
def test_negative_only_if_all_are_and_positive_if_any_is(states: tuple[ImageState, ...]) -> None:
    found = rules.together([Said(state) for state in states])
    assert (found.state is ImageState.NEGATIVE) == all(state is ImageState.NEGATIVE for state in states)
    assert (found.state is ImageState.POSITIVE) == (ImageState.POSITIVE in states)
    assert found.state in states


@pytest.mark.parametrize("urgencies", list(permutations(RANK, 3)))
def test_the_highest_urgency_wins(urgencies: tuple[Priority, ...]) -> None:
    said = [Said(ImageState.POSITIVE, urgency=one) for one in urgencies]
    assert rules.together(said).urgency is max(urgencies, key=RANK.index)
    quiet = [*said, Said(ImageState.NEGATIVE, urgency=Priority.URGENT)]
    assert rules.together(quiet).urgency is max(urgencies, key=RANK.index)


def test_nobody_asked_is_nobody_sure() -> None:
    assert rules.together([]).state is ImageState.UNBOUND


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second", "action", "priority", "speaks"),
    [
        (0.1, 0.1, "recall", None, None), (0.1, 0.9, "refer", "review", "second"),
        (0.9, 0.1, "refer", "refer", "finding"), (0.9, 0.9, "refer", "refer", "finding"),
    ],
)  # fmt: skip
def test_a_visit_judged_by_two_models(
    cast: Cast, first: float, second: float, action: str, priority: str | None, speaks: str | None
) -> None:
    make.models(cast.chest)
    version = make.model_version("chest", ModelVersion.Purpose.SECOND)
    make.operating_point(version, "dicom")
    make.signed_into_force(cast.chest, version)
    encounter = make.visit(cast.chest)
    image = make.pictured(encounter, "CXR", first)
    Run.objects.filter(display_sha256=image.display_sha256, model_version=version).update(score=second, state=DONE)
    make.hand_in(encounter.started_by, encounter)
    decision = triage(encounter.pk)
    assert decision is not None and decision.action == action
    assert len(decision.evidence["operating_points"]) == 2 and len(decision.evidence["runs"]) == 3
    consult = Consult.objects.first()
    assert (consult.priority if consult else None) == priority
    if consult:
        shown = what_the_ai_saw.on_picture(consult, image)
        assert shown.finding is not None and shown.finding.model_version.purpose == speaks
        assert shown.score == max(first, second) and len(shown.models) == 3


@pytest.mark.django_db
def test_scored_again_a_picture_is_judged_by_both_thresholds(cast: Cast) -> None:
    models = make.models(cast.chest)
    second = make.model_version("chest", ModelVersion.Purpose.SECOND)
    point = make.operating_point(second, "dicom", 0.4)
    make.signed_into_force(cast.chest, second)
    found = points(make.visit(cast.chest), "dicom", [models.gate, second, models.finding])
    assert found == (models.points["dicom"], point)


@pytest.mark.django_db
def test_a_second_model_without_a_signed_threshold_leaves_it_to_a_human(cast: Cast) -> None:
    make.models(cast.chest)
    version = make.model_version("chest", ModelVersion.Purpose.SECOND)
    standard_programmes.take_into_force(cast.chest, version)
    encounter = make.visit(cast.chest)
    image = make.pictured(encounter, "CXR", 0.1)
    Run.objects.filter(display_sha256=image.display_sha256, model_version=version).update(score=0.01, state=DONE)
    make.hand_in(encounter.started_by, encounter)
    decision = triage(encounter.pk)
    assert decision is not None and decision.reason == rules.Reason.NO_OPERATING_POINT
