"""Every clinical rule, pure: eligibility, triage, retake, priority, settle. No Django, no database.

The order in `triage` is the safety argument:
  1. disease or danger found in any picture, or told by the patient, refers at once: it outranks everything;
  2. whatever is still missing, running or disputed waits: it is never an all-clear;
  3. what cannot be graded is retaken while the patient is there, then seen by a human;
  4. only when every required view is gradable and negative at a valid operating point may the patient go.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from screening.rules.grades import Finding, worst

VERSION = "4"


class View(StrEnum):
    """What a picture shows. OD is the right eye, OS the left (ophthalmic usage)."""

    RIGHT_EYE = "OD"
    LEFT_EYE = "OS"
    FRONTAL_CHEST = "CXR"


class CaptureClass(StrEnum):
    """How a picture came to be. An operating point measured on one is never used on another."""

    FUNDUS_TABLETOP = "fundus_tabletop"
    FUNDUS_PHONE = "fundus_phone"
    DICOM = "dicom"
    FILM_EXPORT = "film_export"
    FILM_LIGHTBOX = "film_lightbox"
    SCREEN_PHOTO = "screen_photo"


CAPTURE_CLASSES: Mapping[str, tuple[CaptureClass, ...]] = {
    "fundus": (CaptureClass.FUNDUS_TABLETOP, CaptureClass.FUNDUS_PHONE),
    "chest": (CaptureClass.DICOM, CaptureClass.FILM_EXPORT, CaptureClass.FILM_LIGHTBOX, CaptureClass.SCREEN_PHOTO),
}


class ImageState(StrEnum):
    """What is known of one picture."""

    PENDING = "pending"
    FAILED = "failed"
    UNGRADABLE = "ungradable"
    UNBOUND = "unbound"  # scored, but no operating point is valid for this model and capture class
    NEGATIVE = "negative"
    POSITIVE = "positive"


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


class Priority(StrEnum):
    """Why, and so how soon, a specialist is asked."""

    URGENT = "urgent"
    REFER = "refer"
    REVIEW = "review"
    SAMPLE = "sample"


DUE: Mapping[Priority, timedelta] = {
    Priority.URGENT: timedelta(hours=24),
    Priority.REFER: timedelta(days=7),
    Priority.REVIEW: timedelta(days=3),
    # As a review: a sample that had longer would be known by its time.
    Priority.SAMPLE: timedelta(days=3),
}


# Where the AI orders the list and says nothing, a finding comes before what is merely to be seen.
ORDERED: Mapping[Priority, timedelta] = {
    Priority.URGENT: timedelta(hours=24),
    Priority.REFER: timedelta(days=2),
    Priority.REVIEW: timedelta(days=3),
    Priority.SAMPLE: timedelta(days=3),
}


def due(priority: Priority, *, blind: bool = False, ordered: bool = False) -> timedelta:
    """Within what time a specialist answers.

    `blind`: all that is not urgent has the same time, since another would betray what the AI found.
    """
    if ordered:
        return ORDERED[priority]
    return DUE[Priority.REVIEW if blind and priority is not Priority.URGENT else priority]


RANK = [Priority.SAMPLE, Priority.REVIEW, Priority.REFER, Priority.URGENT]


@dataclass(frozen=True)
class Protocol:
    """What one programme asks for. `recall_months` is the interval after an all-clear."""

    views: tuple[str, ...]
    retakes_allowed: int = 2
    recall_months: int = 12
    symptoms_refer: bool = False
    human_reads_all: bool = False
    age_min: int | None = None
    age_max: int | None = None
    reads_needed: int = 1


@dataclass(frozen=True)
class Picture:
    """One picture as evidence. `reason` says why it is ungradable or failed, as a code.

    `disputed`: the same picture stands under another patient or eye, and nobody has said yet whose it is.
    """

    id: str
    view: str
    state: ImageState
    reason: str = ""
    disputed: bool = False
    urgency: Priority = Priority.REFER


@dataclass(frozen=True)
class Said:
    """What one finding model says of a picture; `urgency` is how soon somebody must look if it is positive."""

    state: ImageState
    reason: str = ""
    urgency: Priority = Priority.REFER


SURE_LAST = [ImageState.POSITIVE, ImageState.PENDING, ImageState.FAILED, ImageState.UNBOUND, ImageState.NEGATIVE]


def together(said: Sequence[Said]) -> Said:
    """Several finding models on one picture: any positive refers, with the highest urgency among the positive ones.

    Without one, the least sure speaks for all: the picture is negative only if every model says so at a valid
    operating point. Nobody asked is nobody sure.
    """
    positive = [one for one in said if one.state is ImageState.POSITIVE]
    if positive:
        return max(positive, key=lambda one: RANK.index(one.urgency))
    return min(said, key=lambda one: SURE_LAST.index(one.state), default=Said(ImageState.UNBOUND))


@dataclass(frozen=True)
class Evidence:
    """Everything triage may look at. `symptoms` and `dangers` are codes from the questionnaire; `beyond` says why the
    model's all-clear would not be about this patient (see `beyond_model`)."""

    pictures: tuple[Picture, ...] = ()
    handed_in: bool = False
    symptoms: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()
    unobtainable: tuple[str, ...] = ()
    identity_alert: bool = False
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What to do, and why. `views` are the views the reason is about. `priority` set: a specialist is asked."""

    action: Action
    reason: Reason
    priority: Priority | None = None
    views: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    recall_months: int | None = None


BEST_FIRST = [
    ImageState.POSITIVE,
    ImageState.NEGATIVE,
    ImageState.UNBOUND,
    ImageState.PENDING,
    ImageState.FAILED,
    ImageState.UNGRADABLE,
]


def best(pictures: Iterable[Picture], view: str) -> Picture | None:
    """The picture that speaks for a view: several tries are judged by the best of them."""
    of_view = [p for p in pictures if p.view == view]
    return min(of_view, key=lambda p: BEST_FIRST.index(p.state), default=None)


def retakes_left(protocol: Protocol, evidence: Evidence, view: str) -> int:
    """How many more tries a view has; the first picture is not a retake."""
    tries = sum(1 for p in evidence.pictures if p.view == view)
    return max(0, protocol.retakes_allowed + 1 - tries)


def triage(protocol: Protocol, evidence: Evidence) -> Verdict:
    """Decide what happens to the patient now. Total: every evidence has exactly one verdict."""
    return (
        _found(protocol, evidence)
        or _unfinished(protocol, evidence)
        or _unclear(protocol, evidence)
        or (Verdict(Action.RECALL, Reason.ALL_CLEAR, views=protocol.views, recall_months=protocol.recall_months))
    )


def _found(protocol: Protocol, evidence: Evidence) -> Verdict | None:
    # Disease in a picture nobody knows the owner of refers neither of the two: both wait for the answer.
    mine = [p for p in evidence.pictures if not p.disputed]
    found = [p for p in mine if p.state is ImageState.POSITIVE]
    positive = tuple(sorted({p.view for p in found}))
    if evidence.dangers and (positive or evidence.handed_in):
        return Verdict(
            Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, positive, tuple(sorted(evidence.dangers))
        )
    if positive:
        urgency = max((p.urgency for p in found), key=RANK.index)
        return Verdict(Action.REFER, Reason.FINDING, urgency, positive)
    if evidence.symptoms and protocol.symptoms_refer and evidence.handed_in:
        return Verdict(Action.REFER, Reason.SYMPTOMS, Priority.REFER, details=tuple(sorted(evidence.symptoms)))
    return None


def _unfinished(protocol: Protocol, evidence: Evidence) -> Verdict | None:
    if evidence.identity_alert:
        return Verdict(Action.WAIT, Reason.IDENTITY)
    if any(p.state is ImageState.PENDING for p in evidence.pictures):
        return Verdict(Action.WAIT, Reason.ASSESSING)
    missing = tuple(v for v in protocol.views if best(evidence.pictures, v) is None and v not in evidence.unobtainable)
    if missing or not protocol.views:
        return Verdict(Action.WAIT, Reason.MISSING_VIEW, views=missing)
    return None


def _unclear(protocol: Protocol, evidence: Evidence) -> Verdict | None:
    speaking = {view: best(evidence.pictures, view) for view in protocol.views}
    retake: list[str] = []
    seen_by_human: list[str] = []
    for view, picture in speaking.items():
        if picture is None or picture.state in (ImageState.FAILED, ImageState.UNBOUND):
            seen_by_human.append(view)
        elif picture.state is ImageState.UNGRADABLE:
            again = view not in evidence.unobtainable and retakes_left(protocol, evidence, view)
            (retake if again else seen_by_human).append(view)
    if retake:
        reasons = tuple(speaking[v].reason for v in retake)  # type: ignore[union-attr]
        return Verdict(Action.RETAKE, Reason.UNGRADABLE, views=tuple(retake), details=reasons)
    if seen_by_human:
        first = speaking[seen_by_human[0]]
        return Verdict(Action.WAIT, _why_human(first), Priority.REVIEW, tuple(seen_by_human))
    if not evidence.handed_in:
        return Verdict(Action.WAIT, Reason.NOT_HANDED_IN)
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


class Ineligible(StrEnum):
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    AGE_UNKNOWN = "age_unknown"
    NO_CONSENT = "no_consent"


def eligibility(protocol: Protocol, *, age: int | None, consented: bool) -> Ineligible | None:
    """Why a person may not be screened in a programme, or None. `age` in whole years."""
    if not consented:
        return Ineligible.NO_CONSENT
    if age is None:
        return Ineligible.AGE_UNKNOWN if protocol.age_min or protocol.age_max else None
    if protocol.age_min is not None and age < protocol.age_min:
        return Ineligible.TOO_YOUNG
    if protocol.age_max is not None and age > protocol.age_max:
        return Ineligible.TOO_OLD
    return None


def more_urgent(a: Priority, b: Priority) -> Priority:
    """The priority that wins when a consult gains a second reason."""
    return max(a, b, key=RANK.index)


class Settled(StrEnum):
    MORE = "more"
    ADJUDICATE = "adjudicate"
    AGREED = "agreed"


@dataclass(frozen=True)
class Settlement:
    state: Settled
    finding: Finding | None = None


OUTCOME_OF: Mapping[Finding, Action] = {
    Finding.NORMAL: Action.RECALL,
    Finding.REFERABLE: Action.REFER,
    Finding.URGENT: Action.REFER_URGENT,
    Finding.UNGRADABLE: Action.REFER,
}


@dataclass(frozen=True)
class Opinion:
    """One reader's final finding; `adjudicates` when given to settle others' disagreement."""

    reader: str
    finding: Finding
    adjudicates: bool = False
    recommendation: str = ""

    @property
    def management(self) -> tuple[Action, str]:
        """What would happen to the patient: readers who differ only in the grade do not disagree."""
        return OUTCOME_OF[self.finding], self.recommendation


def settle(
    opinions: Sequence[Opinion],
    *,
    reads_needed: int,
    ai_refers: bool,
    ai_clears: bool = False,
    ai_second: bool = False,
) -> Settlement:
    """Whether the reads of a consult amount to an answer.

    An adjudicator's word ends it. A single reader who overrules an AI consult ("normal" against "refer")
    is never enough: a second reader looks. Readers whose findings lead to different management disagree.
    `ai_second`: the AI takes the second reader's seat, as long as it has an opinion and readers share it.
    """
    for opinion in opinions:
        if opinion.adjudicates:
            return Settlement(Settled.AGREED, opinion.finding)
    needed = max(reads_needed, 2 if _overruled(opinions, ai_refers) else 1)
    if ai_second:
        needed = max(1, reads_needed - 1) if _shared(opinions, ai_refers, ai_clears) else max(2, reads_needed)
    if len(opinions) < needed:
        return Settlement(Settled.MORE)
    if len({opinion.management for opinion in opinions}) > 1:
        return Settlement(Settled.ADJUDICATE)
    return Settlement(Settled.AGREED, worst([opinion.finding for opinion in opinions]))


def _overruled(opinions: Sequence[Opinion], ai_refers: bool) -> bool:
    return ai_refers and any(opinion.finding is Finding.NORMAL for opinion in opinions)


def _shared(opinions: Sequence[Opinion], ai_refers: bool, ai_clears: bool) -> bool:
    if not ai_refers and not ai_clears:
        return False
    return all((opinion.finding is Finding.NORMAL) is ai_clears for opinion in opinions)


def drawn(salt: str, encounter: str, rate: float) -> bool:
    """Whether an all-clear belongs to the quality sample: the same for the same visit, whoever asks, however often.

    A keyed hash of the visit's number, spread evenly over [0, 1), falls below `rate`; a number made on a phone
    cannot be chosen so as to fall in or out, since the salt stays on the server.
    """
    digest = hmac.new(salt.encode(), encounter.encode(), sha256).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < rate
