"""The specialist's verbs: claim, first impression, final read, and what the reads amount to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening import rules
from screening.grades import Finding, Gradability, GradeError, finding_of
from screening.models import (
    Certificate,
    Draft,
    Image,
    Notice,
    Outcome,
    Programme,
    Read,
    ReadingMode,
    Referral,
)
from screening.notify import tell

Grades = Mapping[str, Mapping[str, Any]]
TRIES = 5  # readers who press "take the next" in the same instant


class Lost(Exception):
    """The referral is not the reader's to answer now. `sentence` says who has it; the draft is kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class OutOfOrder(Exception):
    """A final read before the first impression in a blind-first programme, or an impression where none is asked."""


def claim(user: Any, referral_id: UUID | str) -> Referral:
    """Take the referral for 15 minutes (or renew). Raises Referral.DoesNotExist (not yours to see) and Lost."""
    referral = Referral.objects.readable_by(user).select_related("encounter__programme").get(pk=referral_id)
    with transaction.atomic():
        fresh = not referral.held_by(user)
        if not Referral.objects.claim(referral_id, user):
            raise _lost(user, referral)
        if fresh:
            record(user, "referral.claim", referral)
    referral.refresh_from_db()
    return referral


def take_next(user: Any, programme: Programme | None = None) -> Referral | None:
    """Claim the most urgent referral there is; one the user already holds comes first. None: nothing to read."""
    worklist = Referral.objects.worklist(user)
    if programme:
        worklist = worklist.filter(encounter__programme=programme)
    held = worklist.filter(claimed_by=user, claim_until__gte=timezone.now())
    # Another reader may take one between looking and claiming; then the next in line is as good.
    for referral_id in [*held.values_list("pk", flat=True)[:1], *worklist.values_list("pk", flat=True)[:TRIES]]:
        try:
            return claim(user, referral_id)
        except Lost:
            continue
    return None


@transaction.atomic
def give_back(user: Any, referral: Referral) -> None:
    """Let go of a referral that is held, so that another reader can take it at once. The draft stays."""
    if referral.held_by(user):
        referral.release(user)
        record(user, "referral.release", referral)


class Standing(StrEnum):
    """Where one reader stands with one referral."""

    CLOSED = "closed"
    GIVEN = "given"
    DISPUTED = "disputed"
    HELD = "held"
    FREE = "free"
    IMPRESSION = "impression"
    FINAL = "final"


def standing(user: Any, referral: Referral) -> Standing:
    """Answered; read by them already; in dispute and not theirs to settle; held by another; free; or theirs now."""
    if referral.state == Referral.State.CLOSED:
        return Standing.CLOSED
    if _has_final(user, referral):
        return Standing.GIVEN
    if referral.state == Referral.State.DISPUTED and not _adjudicates(user, referral):
        return Standing.DISPUTED
    if referral.held_by(user):
        return Standing.FINAL if ai_shown(user, referral) else Standing.IMPRESSION
    held = referral.claimed_by_id and referral.claim_until and referral.claim_until >= timezone.now()
    return Standing.HELD if held else Standing.FREE


def _adjudicates(user: Any, referral: Referral) -> bool:
    certified = Certificate.objects.in_force(user).filter(programme=referral.encounter.programme_id, adjudicates=True)
    return certified.exists()


def why_not(user: Any, referral: Referral) -> str:
    """Why the referral is not the reader's to answer now, as a sentence; "" if it is."""
    return {
        Standing.CLOSED: _("This referral has been answered. What you entered is kept as a draft."),
        Standing.GIVEN: _("You have given your read. Another reader has to look now."),
        Standing.DISPUTED: _("The readers disagree: an adjudicator answers this one."),
        Standing.HELD: _("%(reader)s holds this referral until %(until)s. What you entered is kept as a draft.")
        % {"reader": referral.claimed_by, "until": _clock(referral.claim_until)},
        Standing.FREE: _("You do not hold this referral. What you entered is kept as a draft."),
    }.get(standing(user, referral), "")


def _clock(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%H:%M") if moment else "–"


def _lost(user: Any, referral: Referral) -> Lost:
    referral.refresh_from_db()
    return Lost(why_not(user, referral))


def keep_draft(user: Any, referral: Referral, entered: dict[str, Any]) -> None:
    """Save what has been entered so far, whether or not the claim still holds."""
    Draft.objects.update_or_create(referral=referral, reader=user, defaults={"entered": entered})


def impression_of(user: Any, referral: Referral) -> Read | None:
    return referral.reads.filter(reader=user, stage=Read.Stage.IMPRESSION).order_by("-version").first()


def ai_shown(user: Any, referral: Referral) -> bool:
    """Whether this reader may see what the AI found: at once in AI-first, else after the first impression."""
    if referral.encounter.programme.reading_mode == ReadingMode.AI_FIRST:
        return True
    return impression_of(user, referral) is not None or _has_final(user, referral)


def _has_final(user: Any, referral: Referral) -> bool:
    return referral.reads.filter(reader=user, stage=Read.Stage.FINAL).exists()


def others_shown(user: Any, referral: Referral) -> list[Read]:
    """Other readers' final reads that this reader may see, in the order they were given.

    Once the referral is answered: all. While the readers disagree: to an adjudicator who has not read it
    before and has formed an impression of their own. To everybody else: none. Names are not for showing.
    """
    finals = referral.reads.filter(stage=Read.Stage.FINAL).exclude(reader=user).order_by("read_at")
    if referral.state == Referral.State.CLOSED:
        return list(finals)
    if referral.state != Referral.State.DISPUTED or _has_final(user, referral):
        return []
    return list(finals) if _adjudicates(user, referral) and ai_shown(user, referral) else []


def ai_refers(referral: Referral) -> bool:
    """Whether a model found disease in any picture the referral's decision rests on."""
    pictures = referral.decision.evidence["evidence"]["pictures"]
    return any(picture["state"] == rules.ImageState.POSITIVE for picture in pictures)


def pictures(referral: Referral) -> QuerySet[Image]:
    """The pictures to read, oldest first: without those somebody said do not belong to this patient and view."""
    return referral.encounter.images.belonging()


def _check_grades(referral: Referral, grades: Grades) -> Finding:
    """The finding of complete grades. Raises GradeError: a view is missing, or graded though nobody could see it."""
    seen = set(pictures(referral).values_list("view", flat=True))
    for view in set(grades) - set(referral.encounter.programme.views):
        raise GradeError(f"{view}-gradability", "This programme has no such view.")
    for view in referral.encounter.programme.views:
        given = grades.get(view, {}).get("gradability")
        if given is None:
            raise GradeError(f"{view}-gradability", "Say whether the picture can be graded.")
        if view not in seen and given != Gradability.UNGRADABLE:
            raise GradeError(f"{view}-gradability", "There is no photo of this view: it cannot be graded.")
    return finding_of(referral.encounter.programme.modality, grades)


def _write(user: Any, referral: Referral, stage: Read.Stage, grades: Grades, advice: str) -> Read:
    finding = _check_grades(referral, grades)
    keep_draft(user, referral, {"grades": {v: dict(g) for v, g in grades.items()}, "advice": advice})
    with transaction.atomic():
        if not Referral.objects.claim(referral.pk, user):
            raise _lost(user, referral)
        referral.refresh_from_db()
        try:
            with transaction.atomic():
                read = Read.objects.create(
                    referral=referral, reader=user, stage=stage, finding=finding.value, advice=advice,
                    grades={view: dict(grade) for view, grade in grades.items()},
                    adjudicates=referral.state == Referral.State.DISPUTED,
                    ai_shown=ai_shown(user, referral),
                )  # fmt: skip
        except IntegrityError:
            raise Lost(_("You have already answered this step in another window.")) from None
        record(user, f"read.{stage}", read, finding=read.finding)
        if stage == Read.Stage.FINAL:
            _settle(referral)
            Draft.objects.filter(referral=referral, reader=user).delete()
    return read


def impression(user: Any, referral: Referral, grades: Grades, advice: str = "") -> Read:
    """Store the first impression, given without the AI. Raises GradeError, Lost, OutOfOrder (nothing is blind)."""
    if referral.encounter.programme.reading_mode == ReadingMode.AI_FIRST:
        raise OutOfOrder(_("In this programme the AI is shown at once: give your final read."))
    return _write(user, referral, Read.Stage.IMPRESSION, grades, advice)


def submit(user: Any, referral: Referral, grades: Grades, advice: str = "") -> Read:
    """Store the final read and settle. Raises GradeError, Lost, OutOfOrder (blind-first without impression)."""
    if not ai_shown(user, referral):
        raise OutOfOrder(_("Give your first impression before the final read."))
    return _write(user, referral, Read.Stage.FINAL, grades, advice)


def _settle(referral: Referral) -> None:
    reads = list(referral.reads.filter(stage=Read.Stage.FINAL).order_by("read_at"))
    opinions = [rules.Opinion(str(r.reader_id), Finding(r.finding), r.adjudicates) for r in reads]
    settlement = rules.settle(
        opinions, reads_needed=referral.encounter.programme.reads_needed, ai_refers=ai_refers(referral)
    )
    referral.claimed_by, referral.claim_until = None, None
    if settlement.state is rules.Settled.ADJUDICATE:
        referral.state = Referral.State.DISPUTED
    elif settlement.finding is not None:
        referral.state, referral.closed_at = Referral.State.CLOSED, timezone.now()
        _answer(referral, settlement.finding, reads[-1].advice)
    referral.save(update_fields=["claimed_by", "claim_until", "state", "closed_at"])


def _answer(referral: Referral, finding: Finding, advice: str) -> Outcome:
    action = rules.OUTCOME_OF[finding]
    months = referral.encounter.programme.recall_months if action is rules.Action.RECALL else None
    outcome = Outcome.objects.create(
        referral=referral, action=action.value, finding=finding.value, advice=advice, recall_months=months
    )
    record(None, "outcome", outcome, action=outcome.action)
    tell(referral.encounter, Notice.Kind.ANSWERED)
    return outcome
