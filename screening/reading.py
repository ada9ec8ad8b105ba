"""The specialist's verbs: claim, first impression, final read, and what the reads amount to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening import rules
from screening.grades import Finding, finding_of
from screening.models import Draft, Notice, Outcome, Read, ReadingMode, Referral
from screening.notify import tell

Grades = Mapping[str, Mapping[str, Any]]


class Lost(Exception):
    """The referral is not the reader's to answer now. `sentence` says who has it; the draft is kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class OutOfOrder(Exception):
    """A final read before the first impression in a blind-first programme."""


def claim(user: Any, referral_id: UUID | str) -> Referral:
    """Take the referral for 15 minutes (or renew). Raises Referral.DoesNotExist (not yours to see) and Lost."""
    referral = Referral.objects.readable_by(user).select_related("encounter__programme").get(pk=referral_id)
    with transaction.atomic():
        fresh = not referral.held_by(user)
        if not Referral.objects.claim(referral_id, user):
            raise Lost(_why_lost(referral, user))
        if fresh:
            record(user, "referral.claim", referral)
    referral.refresh_from_db()
    return referral


def _why_lost(referral: Referral, user: Any) -> str:
    referral.refresh_from_db()
    if referral.state == Referral.State.CLOSED:
        return _("This referral has been answered meanwhile. What you entered is kept as a draft.")
    if referral.reads.filter(reader=user, stage=Read.Stage.FINAL).exists():
        return _("You have given your read. Another reader has to look now.")
    if referral.state == Referral.State.DISPUTED:
        return _("The readers disagree: an adjudicator answers this one.")
    return _("Another reader holds this referral until %(until)s. What you entered is kept as a draft.") % {
        "until": timezone.localtime(referral.claim_until).strftime("%H:%M") if referral.claim_until else "–"
    }


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


def ai_refers(referral: Referral) -> bool:
    """Whether a model found disease in any picture the referral's decision rests on."""
    pictures = referral.decision.evidence["evidence"]["pictures"]
    return any(picture["state"] == rules.ImageState.POSITIVE for picture in pictures)


def _write(user: Any, referral: Referral, stage: Read.Stage, grades: Grades, advice: str) -> Read:
    finding = finding_of(referral.encounter.programme.modality, grades)
    missing = [view for view in referral.encounter.programme.views if view not in grades]
    if missing:
        raise OutOfOrder(_("Every view needs a grade."))
    keep_draft(user, referral, {"grades": {v: dict(g) for v, g in grades.items()}, "advice": advice})
    with transaction.atomic():
        if not Referral.objects.claim(referral.pk, user):
            raise Lost(_why_lost(referral, user))
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
    """Store the first impression, given without the AI. Raises GradeError, Lost."""
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
