"""Gather the evidence of an encounter, let the rules judge, write the decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from inference.models import ModelVersion, OperatingPoint, Run
from screening import rules
from screening.messages.notices import tell
from screening.models import Decision, Encounter, IdentityAlert, Image, Notice
from screening.triage.ask import ask_specialist, reopen, sample

NOTICES = {rules.Action.RETAKE: Notice.Kind.RETAKE, rules.Action.REFER: Notice.Kind.REFERRED,
           rules.Action.REFER_URGENT: Notice.Kind.REFERRED}  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """One image as the rules see it, with the runs and the operating points it was judged by."""

    picture: rules.Picture
    runs: tuple[Run, ...]
    points: tuple[OperatingPoint, ...]


def judge(
    image: Image, runs: Iterable[Run], point: OperatingPoint | None, second_point: OperatingPoint | None = None
) -> Judged:
    """What is known of one image from its runs and the operating points in force for its capture class.

    A second finding model can call for a reader; alone it never clears a picture.
    """
    by_purpose = {run.model_version.purpose: run for run in runs}
    gate = by_purpose.get(ModelVersion.Purpose.GATE)
    finding = by_purpose.get(ModelVersion.Purpose.FINDING)
    second = by_purpose.get(ModelVersion.Purpose.SECOND)
    said = [_said(finding, point, rules.Priority.REFER)]
    if second:
        said.append(_said(second, second_point, rules.Priority.REVIEW))
    known = _known(gate, rules.together(said))
    picture = rules.Picture(str(image.pk), image.view, known.state, known.reason, urgency=known.urgency)
    points = tuple(one for one in (point, second_point) if one)
    return Judged(picture, tuple(run for run in (gate, finding, second) if run), points)


OPEN = (Run.State.QUEUED, Run.State.LEASED)


def _said(run: Run | None, point: OperatingPoint | None, urgency: rules.Priority) -> rules.Said:
    """What one finding model says, by its own operating point."""
    if run and run.state in OPEN:
        return rules.Said(rules.ImageState.PENDING)
    if run and run.state == Run.State.FAILED:
        return rules.Said(rules.ImageState.FAILED, run.error)
    if run is None or point is None:
        return rules.Said(rules.ImageState.UNBOUND)
    if run.score is None:
        return rules.Said(rules.ImageState.FAILED, "no_score")
    if run.score >= point.threshold:
        return rules.Said(rules.ImageState.POSITIVE, urgency=urgency)
    return rules.Said(rules.ImageState.NEGATIVE)


def _known(gate: Run | None, said: rules.Said) -> rules.Said:
    """What the finding models say counts only on a picture that the gate let pass."""
    if gate and gate.state == Run.State.DONE and gate.gradable is False:
        return rules.Said(rules.ImageState.UNGRADABLE, gate.reason or "ungradable")
    if (gate and gate.state in OPEN) or said.state is rules.ImageState.PENDING:
        return rules.Said(rules.ImageState.PENDING)
    if gate and gate.state == Run.State.FAILED:
        return rules.Said(rules.ImageState.FAILED, gate.error)
    if said.state in (rules.ImageState.FAILED, rules.ImageState.UNBOUND):
        return said
    if gate is None:
        return rules.Said(rules.ImageState.UNBOUND)
    if gate.gradable is None:
        return rules.Said(rules.ImageState.FAILED, "no_score")
    return said


def gather(encounter: Encounter) -> tuple[rules.Evidence, list[Judged]]:
    """All evidence of an encounter. Pictures somebody said do not belong here are left out."""
    programme = encounter.programme
    images = list(encounter.images.belonging())
    in_force = [programme.model_in_force(purpose) for purpose in ModelVersion.Purpose.values]
    versions = [version for version in in_force if version]
    judged = [_judge(image, encounter, versions) for image in images]
    symptoms, dangers = encounter.told()
    open_alerts = IdentityAlert.objects.open().filter(image__in=images)
    disputed = {str(pk) for pk in open_alerts.values_list("image_id", flat=True)}
    judged = [replace(j, picture=replace(j.picture, disputed=j.picture.id in disputed)) for j in judged]
    evidence = rules.Evidence(
        pictures=tuple(j.picture for j in judged),
        handed_in=encounter.handed_in_at is not None,
        left=left_at(encounter, images) <= timezone.now() and encounter.handed_in_at is None,
        symptoms=symptoms,
        dangers=dangers,
        unobtainable=tuple(sorted(encounter.unobtainable)),
        identity_alert=bool(disputed),
        beyond=encounter.beyond([version.manifest.get("age_range") for version in versions]),
    )
    return evidence, judged


def left_at(encounter: Encounter, images: Iterable[Image]) -> datetime:
    """When a visit that nobody goes on with counts as left: so long after the last thing that came of it."""
    came = [encounter.received_at, *(image.received_at for image in images)]
    return max(filter(None, [*came, encounter.answered_at])) + rules.LEFT_AFTER


def _judge(image: Image, encounter: Encounter, versions: list[ModelVersion]) -> Judged:
    runs = list(
        Run.objects.filter(display_sha256=image.display_sha256, model_version__in=versions).select_related(
            "model_version"
        )
    )
    if len(runs) < len(versions):  # a model was put in force after the photo came in
        Run.objects.submit(image.display_sha256, versions)
        runs = list(
            Run.objects.filter(display_sha256=image.display_sha256, model_version__in=versions).select_related(
                "model_version"
            )
        )
    return judge(image, runs, *points(encounter, image.capture_class, versions))


def points(
    encounter: Encounter, capture_class: str, versions: Iterable[ModelVersion]
) -> tuple[OperatingPoint | None, OperatingPoint | None]:
    """The operating points that bind a picture of this visit: the finding's, and the second finding's."""
    by_purpose = {version.purpose: version for version in versions}
    finding, second = (by_purpose.get(one) for one in (ModelVersion.Purpose.FINDING, ModelVersion.Purpose.SECOND))
    return bound(encounter, capture_class, finding), bound(encounter, capture_class, second)


def bound(encounter: Encounter, capture_class: str, finding: ModelVersion | None) -> OperatingPoint | None:
    """The operating point that binds a picture of this visit, if any does."""
    if finding is None:
        return None
    return encounter.programme.threshold_for(finding, capture_class, site=encounter.site, person=encounter.person())


def dossier(encounter: Encounter, evidence: rules.Evidence, judged: list[Judged]) -> dict[str, Any]:
    """The exact evidence, as stored with the decision: enough to judge it again years later."""
    return {
        "rules": rules.VERSION,
        "protocol": asdict(encounter.programme.protocol(encounter.site)),
        "evidence": asdict(evidence),
        "answered_at": encounter.answered_at.isoformat() if encounter.answered_at else None,
        "runs": [
            {"image": j.picture.id, "run": str(run.pk), "model": run.model_version_id, "state": run.state,
             "score": run.score, "gradable": run.gradable, "reason": run.reason}
            for j in judged for run in j.runs
        ],
        "operating_points": sorted({str(point.pk) for j in judged for point in j.points}),
    }  # fmt: skip


def triage(encounter_id: UUID | str) -> Decision | None:
    """Decide (again) what happens to the patient. None while pictures are still being assessed.

    Idempotent: the same evidence gives the same decision, once. After consent was withdrawn there is none.
    """
    with transaction.atomic():
        # On PostgreSQL the row lock, on SQLite the IMMEDIATE transaction: one triage of an encounter at a time.
        encounter = Encounter.objects.select_for_update(of=("self",)).select_related("programme").get(pk=encounter_id)
        if encounter.withdrawn_at is not None:
            Encounter.objects.filter(pk=encounter.pk).update(triage_due_at=None, left_at=None)
            return None
        due = encounter.triage_due_at
        evidence, judged = gather(encounter)
        verdict = rules.triage(encounter.programme.protocol(encounter.site), evidence)
        waiting = verdict.reason is rules.Reason.ASSESSING
        decision = None if waiting else _decide(encounter, verdict, dossier(encounter, evidence, judged))
        if decision:
            reopen(encounter, decision, verdict.priority)
        # A run ends without touching the encounter: as long as one is under way, the sweep comes back.
        running = any(picture.state is rules.ImageState.PENDING for picture in evidence.pictures)
        again = timezone.now() + timedelta(seconds=settings.FIELDLIGHT_SWEEP_SECONDS) if running else None
        # A visit that is not handed in is looked at once more when it counts as left.
        Encounter.objects.filter(pk=encounter.pk).update(left_at=_when_left(encounter, evidence))
        # Only if nothing came in meanwhile: a picture handed in since then has set a newer time.
        Encounter.objects.filter(pk=encounter.pk, triage_due_at=due).update(triage_due_at=again)
    return decision


def _when_left(encounter: Encounter, evidence: rules.Evidence) -> datetime | None:
    if evidence.handed_in or evidence.left:
        return None
    return left_at(encounter, encounter.images.belonging())


def _decide(encounter: Encounter, verdict: rules.Verdict, evidence: dict[str, Any]) -> Decision:
    newest = encounter.decision()
    number = newest.number + 1 if newest else 1
    digest = _digest(evidence)
    if newest and newest.digest in (digest, _digest({**evidence, "revisited": newest.number})):
        return newest
    if encounter.decisions.filter(digest=digest).exists():
        # The evidence went back to an earlier state (a setting switched on and off): a decision of its own.
        evidence = {**evidence, "revisited": number}
        digest = _digest(evidence)
    decision = Decision.objects.create(
        encounter=encounter, number=number, action=verdict.action.value, reason=verdict.reason.value,
        views=list(verdict.views), details=list(verdict.details), recall_months=verdict.recall_months,
        evidence=evidence, digest=digest,
    )  # fmt: skip
    if verdict.priority:
        ask_specialist(encounter, decision, verdict.priority)
    elif verdict.reason is rules.Reason.ALL_CLEAR:
        sample(encounter, decision)
    if verdict.action in NOTICES:
        tell(encounter, NOTICES[verdict.action])
    record(None, "decision", decision, action=decision.action, reason=decision.reason)
    return decision


def _digest(evidence: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(evidence, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
