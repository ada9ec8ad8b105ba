"""Trial, proposal, second signature, switch, roll back: nobody alone, nothing inherited, nothing forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit import first_broken
from accounts.models import AuditEvent
from inference.models import OperatingPoint, Run
from screening import tasks
from screening.models import Decision, ModelChoice, Proposal, SignOff, ThresholdChoice
from screening.protocol import in_force
from screening.refusal import Refused
from screening.triage import decide
from screening.visit import pictures
from screening.visit.hand_in import hand_in
from tests import factories as make
from tests.cast import Cast
from tests.screening.protocol.decided import CLEAR, HUMAN, ILL, NO, YES, decided, newer


@pytest.fixture
def old(cast: Cast) -> make.Models:
    return make.models(cast.chest, threshold=0.5)


# ------------------------------------------------------------------------------------------------- two people


def test_a_proposal_changes_nothing_until_a_second_person_signs(cast: Cast, old: make.Models) -> None:
    version = newer(cast)
    proposal = in_force.propose(cast.tessa, cast.chest, version)
    assert cast.chest.model_in_force("finding") == old.finding
    assert decided(cast, 0.4) == CLEAR
    in_force.sign(cast.maya, proposal, YES)
    assert cast.chest.model_in_force("finding") == version
    assert decided(cast, 0.4) == ILL
    chosen = ThresholdChoice.objects.get(operating_point__model_version=version)
    assert (chosen.chosen_by, chosen.approved_by) == (cast.tessa, cast.maya)
    choice = cast.chest.model_choices.first()
    assert choice and (choice.chosen_by, choice.approved_by, choice.why) == (cast.tessa, cast.maya, "switched")
    verbs = list(AuditEvent.objects.filter(verb__startswith="model").values_list("verb", "actor__username"))
    assert verbs[-3:] == [("model.proposed", "tessa"), ("model.signed", "maya"), ("model.in_force", "maya")]
    assert first_broken() is None


def test_who_proposes_does_not_sign(cast: Cast, old: make.Models) -> None:
    proposal = in_force.propose(cast.maya, cast.chest, newer(cast))
    with pytest.raises(Refused) as caught:
        in_force.sign(cast.maya, proposal, YES)
    assert caught.value.code == "own_proposal"
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database says so too
        SignOff.objects.create(proposal=proposal, proposed_by=cast.maya, by=cast.maya, says=YES)
    assert cast.chest.model_in_force("finding") == old.finding


def test_a_proposal_is_signed_once(cast: Cast, old: make.Models) -> None:
    proposal = in_force.propose(cast.tessa, cast.chest, newer(cast))
    in_force.sign(cast.maya, proposal, NO)
    with pytest.raises(Refused) as caught:
        in_force.sign(cast.maya, proposal, YES)
    assert caught.value.code == "signed"
    assert not Proposal.objects.open().exists()
    assert cast.chest.model_in_force("finding") == old.finding


# ------------------------------------------------------------------------------------------- what a point is bound to


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"expires_on": timezone.localdate() - timedelta(days=1)}, "out_of_date"),
        ({"use": "triage"}, "wrong_use"),
        ({"capture_class": "fundus_phone"}, "wrong_class"),
    ],
)
def test_a_point_that_cannot_bind_here_is_refused(
    cast: Cast, old: make.Models, facts: dict[str, Any], code: str
) -> None:
    version = make.model_version("chest", "finding")
    point = make.operating_point(version, **{"capture_class": "dicom", **facts})
    with pytest.raises(Refused) as caught:
        in_force.propose(cast.tessa, cast.chest, version, [point])
    assert caught.value.code == code
    assert in_force.own_points(cast.chest, version) == []


def test_another_models_threshold_is_never_lent(cast: Cast, old: make.Models) -> None:
    version = newer(cast, None)
    with pytest.raises(Refused) as caught:
        in_force.propose(cast.tessa, cast.chest, version, list(old.points.values()))
    assert caught.value.code == "foreign_threshold"
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, version), YES)
    assert decided(cast, 0.01) == HUMAN


def test_a_threshold_that_expired_while_it_waited_is_not_signed(
    cast: Cast, old: make.Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = in_force.propose(cast.tessa, cast.chest, newer(cast, expires_on=timezone.localdate()))
    monkeypatch.setattr(OperatingPoint, "holds", lambda point: point.expires_on is None)  # tomorrow
    with pytest.raises(Refused) as caught:
        in_force.sign(cast.maya, proposal, YES)
    assert caught.value.code == "out_of_date"
    assert Proposal.objects.open().count() == 1 and cast.chest.model_in_force("finding") == old.finding


def test_a_programme_of_another_use_reads_by_hand(cast: Cast, old: make.Models) -> None:
    assert decided(cast, 0.1) == CLEAR
    type(cast.chest).objects.filter(pk=cast.chest.pk).update(use="triage")
    cast.chest.refresh_from_db()
    assert decided(cast, 0.1) == HUMAN


def test_a_site_may_have_its_own(cast: Cast, old: make.Models) -> None:
    point = make.operating_point(old.finding, "dicom", 0.05)
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, old.finding, [point], cast.south), YES)
    assert decided(cast, 0.1, site=cast.north) == CLEAR
    assert decided(cast, 0.1, site=cast.south) == ILL


def test_people_of_a_group_are_judged_by_its_threshold(cast: Cast, old: make.Models) -> None:
    point = make.operating_point(old.finding, "dicom", 0.05, stratum="hiv=positive")
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, old.finding, [point]), YES)
    assert decided(cast, 0.1, answers={"hiv": "positive"}) == ILL
    assert decided(cast, 0.1, answers={"hiv": "negative"}) == CLEAR
    assert decided(cast, 0.1) == CLEAR
    evidence = Decision.objects.filter(reason="finding").get().evidence
    assert evidence["operating_points"] == [str(point.pk)]


def test_a_withdrawn_threshold_lets_a_human_read_at_once(cast: Cast, old: make.Models) -> None:
    for choice in in_force.thresholds_in_force(cast.chest, old.finding):
        in_force.withdraw(cast.maya, choice)
    assert in_force.thresholds_in_force(cast.chest, old.finding) == []
    assert decided(cast, 0.01) == HUMAN


# -------------------------------------------------------------------------------------------------------- roll back


def test_rolling_back_returns_to_the_version_before_and_its_own_thresholds(cast: Cast, old: make.Models) -> None:
    version = newer(cast, 0.3)
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, version), YES)
    assert decided(cast, 0.4) == ILL
    assert in_force.roll_back(cast.maya, cast.chest, "finding") == old.finding
    assert decided(cast, 0.4) == CLEAR
    with pytest.raises(Refused):  # there is nothing before the first
        in_force.roll_back(cast.maya, cast.chest, "finding")
    whys = cast.chest.model_choices.filter(purpose="finding").order_by("pk").values_list("why", flat=True)
    assert list(whys) == ["switched", "switched", "rolled_back"]


def test_after_a_roll_back_the_next_switch_returns_to_it(cast: Cast, old: make.Models) -> None:
    bad, better = newer(cast), newer(cast)
    for version in (bad, better):
        in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, version), YES)
        if version == bad:
            in_force.roll_back(cast.maya, cast.chest, "finding")
    assert in_force.before(cast.chest, "finding") == old.finding


@pytest.mark.parametrize("table", ["modelchoice", "thresholdchoice", "proposal", "shadowchoice", "alarm", "signoff"])
def test_history_cannot_be_rewritten_by_anybody(cast: Cast, old: make.Models, table: str) -> None:
    in_force.shadow(cast.tessa, cast.chest, "finding", version := newer(cast))
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, version), YES)
    cast.chest.alarms.create(site=cast.north, model_version=version, measure="score", value=1, limit=0.2, recent=9,
                             reference=9)  # fmt: skip
    for sql in (f"DELETE FROM screening_{table}", f"UPDATE screening_{table} SET id = id"):  # noqa: S608
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        OperatingPoint.objects.update(threshold=0)


# --------------------------------------------------------------------------------------------------------- on trial


@pytest.mark.usefixtures("store")
def test_on_trial_both_score_and_one_decides(cast: Cast, old: make.Models, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = newer(cast, 0.01)
    in_force.shadow(cast.tessa, cast.chest, "finding", trial)
    order: list[tuple[str, bool]] = []
    encounter = make.visit(cast.chest)
    film = make.photo_bytes(modality="chest")
    image, _ = pictures.accept(encounter.started_by, encounter, view="CXR", data=film, capture_class="screen_photo")
    runs = Run.objects.filter(display_sha256=image.display_sha256)
    assert set(runs.values_list("model_version", "aside")) == {
        (old.gate.pk, False), (old.finding.pk, False), (trial.pk, True)
    }  # fmt: skip
    hand_in(encounter.started_by, encounter)

    def worker(photo: str, *, aside: bool = False) -> int:
        order.append(("scored", aside))
        for run in Run.objects.claim(photo, aside=aside):
            run.finish(score=0.9 if aside else 0.1, gradable=True, scores={})
        return 1

    monkeypatch.setattr(tasks, "execute", worker)
    monkeypatch.setattr(tasks, "triage", lambda pk: (order.append(("decided", False)), decide.triage(pk)))
    tasks.assess(photo=image.display_sha256)
    assert order == [("scored", False), ("decided", False), ("scored", True)]
    decision = encounter.decision()
    assert decision and (decision.action, decision.reason) == CLEAR
    assert {row["model"] for row in decision.evidence["runs"]} == {old.gate.pk, old.finding.pk}
    assert Run.objects.get(model_version=trial).score == 0.9


def test_a_trial_that_kills_its_worker_delays_nobody(cast: Cast, old: make.Models) -> None:
    in_force.shadow(cast.tessa, cast.chest, "finding", trial := newer(cast))
    encounter = make.visit(cast.chest)
    image = make.pictured(encounter, "CXR", make.PENDING)
    Run.objects.submit(image.display_sha256, [trial], aside=True)
    assert {run.model_version for run in Run.objects.claim(image.display_sha256)} == {old.gate, old.finding}
    for run in Run.objects.filter(display_sha256=image.display_sha256, aside=False):
        run.finish(score=0.1, gradable=True)
    hand_in(encounter.started_by, encounter)
    decide.triage(encounter.pk)
    assert encounter.decision()
    Run.objects.submit(image.display_sha256, [trial])  # it comes into force: now it stands in the first row
    assert Run.objects.get(model_version=trial).aside is False


def test_a_trial_ends_by_hand_or_by_coming_into_force(cast: Cast, old: make.Models) -> None:
    trial = newer(cast)
    in_force.shadow(cast.maya, cast.chest, "finding", trial)
    assert cast.chest.shadow("finding") == trial and cast.chest.shadow("gate") is None
    in_force.shadow(cast.maya, cast.chest, "finding", None)
    assert cast.chest.shadow("finding") is None
    in_force.shadow(cast.maya, cast.chest, "finding", trial)
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, trial), YES)
    assert cast.chest.shadow("finding") is None
    for purpose, version in (("finding", trial), ("gate", trial), ("finding", make.model_version("fundus", "finding"))):
        with pytest.raises(Refused):
            in_force.shadow(cast.maya, cast.chest, purpose, version)


def test_who_looks_after_which_models(cast: Cast) -> None:
    assert set(in_force.overseen(cast.maya)) == {cast.eye, cast.chest} == set(in_force.overseen(cast.tessa))
    cast.eye.sites.remove(cast.north)
    assert set(in_force.overseen(cast.samuel)) == {cast.chest}
    assert not in_force.overseen(cast.amina).exists() and not in_force.overseen(cast.stranger).exists()
    assert ModelChoice.objects.count() == 0


def test_the_same_is_not_proposed_twice(cast: Cast, old: make.Models) -> None:
    version = make.model_version("chest", "finding")
    point = make.operating_point(version, "dicom", 0.2)
    proposal = in_force.propose(cast.tessa, cast.chest, version, [point])
    with pytest.raises(Refused, match="waits for a signature"):
        in_force.propose(cast.tessa, cast.chest, version, [point])
    in_force.propose(cast.tessa, cast.chest, version, [point], site=cast.north)
    in_force.sign(cast.maya, proposal, SignOff.Says.APPROVED)
    with pytest.raises(Refused, match="in force already"):
        in_force.propose(cast.tessa, cast.chest, version, [point])
    assert in_force.propose(cast.tessa, cast.chest, version, [make.operating_point(version, "dicom", 0.3)])
