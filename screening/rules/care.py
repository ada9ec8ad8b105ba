"""What happens to the patient now. Pure.

The order in `triage` is the safety argument:
  1. disease or danger found in any picture, or told by the patient, refers at once: it outranks everything;
  2. whatever is still missing, running or disputed waits: it is never an all-clear;
  3. what cannot be graded is retaken while the patient is there, then seen by a human;
  4. only when every required view is gradable and negative at a valid operating point may the patient go.

A specialist is asked once the visit is whole: handed in, or left unfinished for `LEFT_AFTER`. Before that only what is
urgent goes to one, so that no case is answered while half of it is still to come, and neither its time nor what is
there of it tells a blind reader what a model found. A visit that was left is never an all-clear: a human looks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from screening.rules.eligible import Protocol
from screening.rules.evidence import Evidence, ImageState, Picture, best
from screening.rules.priority import RANK, Priority

VERSION = "5"
LEFT_AFTER = timedelta(hours=12)  # the longest working day: who has not come back by then does not


class Action(StrEnum):
    WAIT = "wait"
    RETAKE = "retake"
    RECALL = "recall"
    REFER = "refer"
    REFER_URGENT = "refer_urgent"


class Reason(StrEnum):
    FINDING = "finding"
    DANGER_SIGN = "danger_sign"
    SYMPTOMS = "symptoms"
    NOT_HANDED_IN = "not_handed_in"
    IDENTITY = "identity"
    ASSESSING = "assessing"
    MISSING_VIEW = "missing_view"
    UNGRADABLE = "ungradable"
    UNOBTAINABLE = "unobtainable"
    ASSESSMENT_FAILED = "assessment_failed"
    NO_OPERATING_POINT = "no_operating_point"
    BEYOND_MODEL = "beyond_model"
    HUMAN_READS_ALL = "human_reads_all"
    ALL_CLEAR = "all_clear"


@dataclass(frozen=True)
class Verdict:
    """What to do, and why. `views` are the views the reason is about. `priority` set: a specialist is asked."""

    action: Action
    reason: Reason
    priority: Priority | None = None
    views: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    recall_months: int | None = None


def retakes_left(protocol: Protocol, evidence: Evidence, view: str) -> int:
    """How many more tries a view has; the first picture is not a retake."""
    tries = sum(1 for p in evidence.pictures if p.view == view)
    return max(0, protocol.retakes_allowed + 1 - tries)


def triage(protocol: Protocol, evidence: Evidence) -> Verdict:
    """Decide what happens to the patient now. Total: every evidence has exactly one verdict."""
    verdict = (
        _found(protocol, evidence)
        or _unfinished(protocol, evidence)
        or _unclear(protocol, evidence)
        or (Verdict(Action.RECALL, Reason.ALL_CLEAR, views=protocol.views, recall_months=protocol.recall_months))
    )
    whole = evidence.handed_in or evidence.left
    return verdict if whole or verdict.priority is Priority.URGENT else replace(verdict, priority=None)


def _found(protocol: Protocol, evidence: Evidence) -> Verdict | None:
    # Disease in a picture nobody knows the owner of refers neither of the two: both wait for the answer.
    mine = [p for p in evidence.pictures if not p.disputed]
    found = [p for p in mine if p.state is ImageState.POSITIVE]
    positive = tuple(sorted({p.view for p in found}))
    if evidence.dangers:
        return Verdict(
            Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, positive, tuple(sorted(evidence.dangers))
        )
    if positive:
        urgency = max((p.urgency for p in found), key=RANK.index)
        return Verdict(Action.REFER, Reason.FINDING, urgency, positive)
    if evidence.symptoms and protocol.symptoms_refer and (evidence.handed_in or evidence.left):
        return Verdict(Action.REFER, Reason.SYMPTOMS, Priority.REFER, details=tuple(sorted(evidence.symptoms)))
    return None


def _unfinished(protocol: Protocol, evidence: Evidence) -> Verdict | None:
    if evidence.identity_alert:
        return Verdict(Action.WAIT, Reason.IDENTITY)
    if any(p.state is ImageState.PENDING for p in evidence.pictures):
        return Verdict(Action.WAIT, Reason.ASSESSING)
    missing = tuple(v for v in protocol.views if best(evidence.pictures, v) is None and v not in evidence.unobtainable)
    if missing or not protocol.views:
        # What was left is read as it is, if there is anything to read.
        read = evidence.left and bool(evidence.pictures)
        return Verdict(Action.WAIT, Reason.MISSING_VIEW, Priority.REVIEW if read else None, missing)
    return None


def _unclear(protocol: Protocol, evidence: Evidence) -> Verdict | None:
    speaking = {view: best(evidence.pictures, view) for view in protocol.views}
    retake: list[str] = []
    seen_by_human: list[str] = []
    for view, picture in speaking.items():
        if picture is None or picture.state in (ImageState.FAILED, ImageState.UNBOUND):
            seen_by_human.append(view)
        elif picture.state is ImageState.UNGRADABLE:
            again = not evidence.left and view not in evidence.unobtainable and retakes_left(protocol, evidence, view)
            (retake if again else seen_by_human).append(view)
    if retake:
        reasons = tuple(speaking[v].reason for v in retake)  # type: ignore[union-attr]
        return Verdict(Action.RETAKE, Reason.UNGRADABLE, views=tuple(retake), details=reasons)
    if seen_by_human:
        first = speaking[seen_by_human[0]]
        return Verdict(Action.WAIT, _why_human(first), Priority.REVIEW, tuple(seen_by_human))
    if not evidence.handed_in:
        return Verdict(Action.WAIT, Reason.NOT_HANDED_IN, Priority.REVIEW, protocol.views)
    if evidence.beyond:
        return Verdict(
            Action.WAIT, Reason.BEYOND_MODEL, Priority.REVIEW, protocol.views, tuple(sorted(evidence.beyond))
        )
    if protocol.human_reads_all:
        return Verdict(Action.WAIT, Reason.HUMAN_READS_ALL, Priority.REVIEW, protocol.views)
    return None


def _why_human(picture: Picture | None) -> Reason:
    if picture is None:
        return Reason.UNOBTAINABLE
    return {
        ImageState.FAILED: Reason.ASSESSMENT_FAILED,
        ImageState.UNBOUND: Reason.NO_OPERATING_POINT,
    }.get(picture.state, Reason.UNGRADABLE)
