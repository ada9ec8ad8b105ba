"""From runs to a decision: once per evidence, never an all-clear on anything unsure, never forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from inference.models import ModelVersion, Run
from screening import rules
from screening.models import Consult, Decision, Encounter, Image, Notice, Patient
from screening.protocol import standard_programmes
from screening.rules import ImageState
from screening.triage import decide as module
from screening.triage.decide import gather, judge, triage
from screening.visit.answers import mark_unobtainable
from tests import factories as make
from tests.cast import Cast
from tests.factories import FAILED, PENDING


def said(decision: Decision | None) -> tuple[str, str] | None:
    return (decision.action, decision.reason) if decision else None


# ------------------------------------------------------------------------------------------- what a picture amounts to

GATE_DONE = {"state": Run.State.DONE, "gradable": True}
FOUND = {"state": Run.State.DONE, "score": 0.9}
CLEAR = {"state": Run.State.DONE, "score": 0.1}

STATES: list[tuple[dict[str, Any] | None, dict[str, Any] | None, bool, ImageState, str]] = [
    (GATE_DONE, CLEAR, True, ImageState.NEGATIVE, ""),
    (GATE_DONE, FOUND, True, ImageState.POSITIVE, ""),
    (GATE_DONE, {**FOUND, "score": 0.5}, True, ImageState.POSITIVE, ""),
    (GATE_DONE, {**FOUND, "score": 0.4999999}, True, ImageState.NEGATIVE, ""),
    (GATE_DONE, {**FOUND, "score": 0.0}, True, ImageState.NEGATIVE, ""),
    # not fit to grade: whatever the finding model says or still has to say
    ({**GATE_DONE, "gradable": False, "reason": "blurred"}, CLEAR, True, ImageState.UNGRADABLE, "blurred"),
    ({**GATE_DONE, "gradable": False, "reason": "glare"}, FOUND, True, ImageState.UNGRADABLE, "glare"),
    ({**GATE_DONE, "gradable": False}, {"state": Run.State.QUEUED}, True, ImageState.UNGRADABLE, "ungradable"),
    ({**GATE_DONE, "gradable": False}, {"state": Run.State.FAILED}, True, ImageState.UNGRADABLE, "ungradable"),
    ({**GATE_DONE, "gradable": False}, None, False, ImageState.UNGRADABLE, "ungradable"),
    # running
    ({"state": Run.State.QUEUED}, CLEAR, True, ImageState.PENDING, ""),
    ({"state": Run.State.LEASED}, FOUND, True, ImageState.PENDING, ""),
    (GATE_DONE, {"state": Run.State.QUEUED}, True, ImageState.PENDING, ""),
    (GATE_DONE, {"state": Run.State.LEASED}, True, ImageState.PENDING, ""),
    ({"state": Run.State.FAILED, "error": "x"}, {"state": Run.State.QUEUED}, True, ImageState.PENDING, ""),
    # failed
    ({"state": Run.State.FAILED, "error": "worker_died"}, CLEAR, True, ImageState.FAILED, "worker_died"),
    (GATE_DONE, {"state": Run.State.FAILED, "error": "model_x"}, True, ImageState.FAILED, "model_x"),
    (GATE_DONE, {"state": Run.State.DONE, "score": None}, True, ImageState.FAILED, "no_score"),
    ({"state": Run.State.DONE, "gradable": None}, CLEAR, True, ImageState.FAILED, "no_score"),
    # no valid operating point, or a model is not in force
    (GATE_DONE, CLEAR, False, ImageState.UNBOUND, ""),
    (GATE_DONE, FOUND, False, ImageState.UNBOUND, ""),
    (None, CLEAR, True, ImageState.UNBOUND, ""),
    (GATE_DONE, None, True, ImageState.UNBOUND, ""),
    (None, None, False, ImageState.UNBOUND, ""),
]


@pytest.mark.parametrize(("gate", "finding", "bound", "state", "reason"), STATES)
def test_what_is_known_of_a_picture(
    cast: Cast, gate: dict | None, finding: dict | None, bound: bool, state: ImageState, reason: str
) -> None:
    found = make.models(cast.eye)
    runs = [
        Run(model_version=version, **columns)
        for version, columns in ((found.gate, gate), (found.finding, finding))
        if columns is not None
    ]
    judged = judge(Image(view="OD"), runs, found.points["fundus_phone"] if bound else None)
    assert (judged.picture.state, judged.picture.reason) == (state, reason)


@pytest.mark.parametrize(
    ("answers", "born", "details"),
    [({"pregnant": "yes"}, 1990, ["pregnant"]), ({"sight_worse": "yes"}, 1990, ["sight_worse"]), ({}, 2022, ["age"]),
     ({"diabetes": "gestational"}, 1990, ["diabetes"])],
)  # fmt: skip
def test_clear_photos_of_somebody_the_model_was_not_made_for_go_to_a_reader(
    cast: Cast, answers: dict[str, str], born: int, details: list[str]
) -> None:
    version = make.models(cast.eye).finding
    manifest = {**version.manifest, "age_range": [18, 120]}
    ModelVersion.objects.filter(pk=version.pk).update(manifest=manifest)
    encounter = make.visit(cast.eye, answers=answers)
    Patient.objects.filter(pk=encounter.patient_id).update(birth_year=born)
    decision = make.handed_in(encounter).decision()
    assert said(decision) == ("wait", "beyond_model") and decision.details == details
    assert Consult.objects.get().priority == "review"


def test_the_states_are_all_shown() -> None:
    assert {row[3] for row in STATES} == set(ImageState)


# ------------------------------------------------------------------------------------------------------ decisions


@pytest.mark.parametrize(
    ("score", "gradable", "expected", "priority"),
    [
        (0.1, True, ("recall", "all_clear"), None),
        (0.9, True, ("refer", "finding"), "refer"),
        (0.1, False, ("retake", "ungradable"), None),
        (FAILED, True, ("wait", "assessment_failed"), "review"),
        (PENDING, True, None, None),
    ],
)
def test_a_film_from_run_to_decision(
    cast: Cast, score: Any, gradable: bool, expected: tuple | None, priority: str | None
) -> None:
    make.models(cast.chest)
    encounter = make.visit(cast.chest)
    make.pictured(encounter, "CXR", score, gradable=gradable)
    make.hand_in(encounter.started_by, encounter)
    assert said(triage(encounter.pk)) == expected
    assert list(Consult.objects.values_list("priority", flat=True)) == ([priority] if priority else [])


def test_a_decision_keeps_its_exact_evidence(cast: Cast) -> None:
    found = make.models(cast.chest)
    encounter = make.handed_in(make.visit(cast.chest, answers={"contact": "yes"}), 0.2)
    decision = encounter.decision()
    evidence = decision.evidence
    assert evidence["rules"] == rules.VERSION
    assert evidence["protocol"]["recall_months"] == decision.recall_months == 12
    assert {run["model"] for run in evidence["runs"]} == {found.gate.pk, found.finding.pk}
    assert [run["score"] for run in evidence["runs"]] == [None, 0.2]
    assert evidence["operating_points"] == [str(found.points["dicom"].pk)]
    event = AuditEvent.objects.latest("number")
    assert (event.verb, event.subject_id, event.facts["action"]) == ("decision", str(decision.pk), "recall")


def test_the_same_evidence_gives_one_decision(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.handed_in(make.visit(cast.eye), 0.9, 0.1)
    before = AuditEvent.objects.count()
    first, again = triage(encounter.pk), triage(encounter.pk)
    assert first == again
    assert (Decision.objects.count(), Consult.objects.count(), Notice.objects.count()) == (1, 1, 1)
    assert AuditEvent.objects.count() == before


def test_new_evidence_gives_the_next_number(cast: Cast) -> None:
    make.models(cast.chest)
    encounter = make.visit(cast.chest)
    make.pictured(encounter, "CXR", 0.1)
    assert said(triage(encounter.pk)) == ("wait", "not_handed_in")
    make.hand_in(encounter.started_by, encounter)
    assert said(triage(encounter.pk)) == ("recall", "all_clear")
    assert list(Decision.objects.order_by("number").values_list("number", "action")) == [(1, "wait"), (2, "recall")]


def test_evidence_that_goes_back_is_a_decision_of_its_own(cast: Cast) -> None:
    make.models(cast.chest)
    encounter = make.handed_in(make.visit(cast.chest), 0.1)
    for reads_all, action in [(True, "wait"), (False, "recall"), (True, "wait"), (False, "recall")]:
        cast.chest.human_reads_all = reads_all
        cast.chest.save()
        assert triage(encounter.pk).action == action
    assert Decision.objects.count() == 5
    assert triage(encounter.pk).number == 5


@pytest.mark.parametrize("verb", ["ask_specialist", "tell", "record"])
def test_a_decision_is_written_whole_or_not_at_all(cast: Cast, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    make.pictured(encounter, "OD", 0.9)
    Encounter.objects.update(handed_in_at=timezone.now())
    due = Encounter.objects.get().triage_due_at

    def breaks(*args: object, **kwargs: object) -> None:
        raise OSError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(module, verb, breaks)
        with pytest.raises(OSError, match="gone"):
            triage(encounter.pk)
    assert not Decision.objects.exists()
    assert not Consult.objects.exists()
    assert not Notice.objects.exists()
    assert Encounter.objects.get().triage_due_at == due  # the sweep will come back
    assert said(triage(encounter.pk)) == ("refer", "finding")


# ---------------------------------------------------------------------------------------- nothing is overlooked


def test_decided_is_no_longer_due(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.handed_in(make.visit(cast.eye))
    encounter.refresh_from_db()
    assert encounter.triage_due_at is None


def test_what_comes_in_during_triage_is_not_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture (or an answer) arrives after the evidence was gathered and before the decision is written."""
    make.models(cast.chest)
    encounter = make.visit(cast.chest)
    make.pictured(encounter, "CXR", 0.1)
    make.hand_in(encounter.started_by, encounter)
    real = module.gather

    def gather_then_more(seen: Encounter) -> Any:
        evidence = real(seen)
        make.record_answers(encounter.started_by, Encounter.objects.get(pk=seen.pk), {"cough": "yes"})
        return evidence

    with monkeypatch.context() as patch:
        patch.setattr(module, "gather", gather_then_more)
        assert said(triage(encounter.pk)) == ("recall", "all_clear")
    assert encounter in Encounter.objects.undecided()
    assert said(triage(encounter.pk)) == ("refer", "symptoms")
    assert encounter not in Encounter.objects.undecided()


@pytest.mark.parametrize(
    ("first", "expected"), [(0.1, None), (0.9, ("refer", "finding"))], ids=["negative", "positive"]
)
def test_as_long_as_a_run_is_under_way_the_sweep_comes_back(cast: Cast, first: float, expected: Any) -> None:
    """A worker may die between finishing a run and deciding: also when the other eye has been referred already."""
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    make.pictured(encounter, "OD", first)
    late = make.pictured(encounter, "OS", PENDING)
    assert said(triage(encounter.pk)) == expected
    encounter.refresh_from_db()
    assert encounter.triage_due_at > timezone.now()
    make.assessed(late, 0.95)
    assert triage(encounter.pk).views == (["OD", "OS"] if first > 0.5 else ["OS"])
    encounter.refresh_from_db()
    assert encounter.triage_due_at is None


def test_a_model_put_in_force_later_assesses_earlier_photos(cast: Cast) -> None:
    encounter = make.visit(cast.chest)
    image = make.pictured(encounter, "CXR")
    assert not Run.objects.exists()
    make.models(cast.chest)
    make.hand_in(encounter.started_by, encounter)
    assert triage(encounter.pk) is None
    assert Run.objects.filter(display_sha256=image.display_sha256, state=Run.State.QUEUED).count() == 2
    assert Run.objects.stalled().count() == 2
    make.assessed(image, 0.9)
    assert said(triage(encounter.pk)) == ("refer", "finding")


# ----------------------------------------------------------------------------------- thresholds are clinical objects


def test_a_threshold_never_serves_another_capture_class(cast: Cast) -> None:
    make.models(cast.eye, classes=("fundus_tabletop",))
    encounter = make.visit(cast.eye)
    make.pictured(encounter, "OD", 0.01, capture_class="fundus_tabletop")
    make.pictured(encounter, "OS", 0.01, capture_class="fundus_phone")
    make.hand_in(encounter.started_by, encounter)
    decision = triage(encounter.pk)
    assert said(decision) == ("wait", "no_operating_point")
    assert decision.views == ["OS"]
    assert Consult.objects.get().priority == "review"


def test_a_new_model_never_inherits_a_threshold(cast: Cast) -> None:
    make.models(cast.chest)
    newer = make.model_version("chest", "finding")
    standard_programmes.take_into_force(cast.chest, newer)
    assert cast.chest.model_in_force("finding") == newer
    encounter = make.handed_in(make.visit(cast.chest), 0.01)
    assert said(encounter.decision()) == ("wait", "no_operating_point")


def test_an_expired_threshold_is_no_threshold(cast: Cast) -> None:
    found = make.models(cast.chest, classes=())
    today = timezone.localdate()
    points = {}
    for days in (-1, 0):
        points[days] = make.operating_point(found.finding, "dicom", expires_on=today + timedelta(days=days))
        make.signed_into_force(cast.chest, found.finding, points=[points[days]])
        expected = ("wait", "no_operating_point") if days else ("recall", "all_clear")
        assert said(make.handed_in(make.visit(cast.chest), 0.01).decision()) == expected


def test_the_newest_choice_of_threshold_holds(cast: Cast) -> None:
    found = make.models(cast.chest, threshold=0.5, classes=("dicom",))
    stricter = make.operating_point(found.finding, "dicom", 0.2)
    assert said(make.handed_in(make.visit(cast.chest), 0.3).decision()) == ("recall", "all_clear")
    make.signed_into_force(cast.chest, found.finding, points=[stricter])
    assert said(make.handed_in(make.visit(cast.chest), 0.3).decision()) == ("refer", "finding")


def test_another_programmes_threshold_is_not_this_ones(cast: Cast) -> None:
    found = make.models(cast.chest, classes=())
    make.operating_point(found.finding, "dicom", 0.2)  # registered, but chosen by nobody
    assert said(make.handed_in(make.visit(cast.chest), 0.1).decision()) == ("wait", "no_operating_point")


# -------------------------------------------------------------------------------------------------------- retakes


def test_a_retake_until_it_can_be_graded(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    make.pictured(encounter, "OS", 0.1)
    make.pictured(encounter, "OD", 0.1, gradable=False, reason="blurred")
    decision = triage(encounter.pk)
    assert (*said(decision), decision.views, decision.details) == ("retake", "ungradable", ["OD"], ["blurred"])
    assert Notice.objects.get().kind == Notice.Kind.RETAKE
    make.pictured(encounter, "OD", 0.2)
    make.hand_in(encounter.started_by, encounter)
    assert said(triage(encounter.pk)) == ("recall", "all_clear")


def test_retakes_run_out_and_a_human_looks(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    make.pictured(encounter, "OS", 0.1)
    for number in range(3):
        make.pictured(encounter, "OD", 0.1, gradable=False)
        decision = triage(encounter.pk)
        assert decision.action == ("retake" if number < 2 else "wait")
    assert not Consult.objects.exists(), "nobody is asked about half a visit"
    make.hand_in(encounter.started_by, encounter)
    assert said(triage(encounter.pk)) == ("wait", "ungradable")
    assert Consult.objects.get().priority == "review"


# -------------------------------------------------------------------------------------------------------- urgency


def test_danger_told_later_makes_the_consult_urgent(cast: Cast) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye)
    assert consult.priority == "refer"
    make.record_answers(cast.amina, consult.encounter, {"sudden_loss": "yes"})
    assert said(triage(consult.encounter_id)) == ("refer_urgent", "danger_sign")
    consult.refresh_from_db()
    assert consult.priority == "urgent"
    assert consult.due_at < timezone.now() + timedelta(hours=25)
    assert consult.decision.action == "refer_urgent"


def test_symptoms_refer_a_clear_film(cast: Cast) -> None:
    make.models(cast.chest)
    encounter = make.handed_in(make.visit(cast.chest, answers={"cough": "yes"}), 0.01)
    assert said(encounter.decision()) == ("refer", "symptoms")


def test_gather_sees_what_the_database_holds(cast: Cast) -> None:
    make.models(cast.chest)
    encounter = make.visit(cast.chest, answers={"cough": "yes", "blood": "yes"})
    make.pictured(encounter, "CXR", 0.9)
    mark_unobtainable(cast.amina, encounter, "CXR", "no_film")
    evidence, judged = gather(Encounter.objects.get())
    assert evidence == rules.Evidence(
        pictures=(judged[0].picture,), handed_in=False, symptoms=("cough",), dangers=("blood",), unobtainable=("CXR",)
    )
