"""The specialist's verbs: claim, first impression, final read, and what the reads amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.messages.notices import seen
from screening.models import (
    Certificate,
    Draft,
    Image,
    Read,
    ReadingMode,
    Referral,
    Setting,
)
from screening.readers.exams import after_final
from screening.reading import marks
from screening.reading.outcome import hurry, mode, settle, standing_reads
from screening.rules.grades import Finding, Gradability, GradeError, finding_of

Grades = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Said:
    """What a reader enters: grades by view, advice in their own words, and standard sentences as codes."""

    grades: Grades
    advice: str = ""
    advice_codes: Sequence[str] = ()

    def stored(self) -> dict[str, Any]:
        """As a read keeps it."""
        grades = {view: dict(grade) for view, grade in self.grades.items()}
        return {"grades": grades, "advice": self.advice, "advice_codes": list(self.advice_codes)}

    def entered(self) -> dict[str, Any]:
        """As a draft keeps it."""
        codes = {"advice_codes": list(self.advice_codes)} if self.advice_codes else {}
        return {key: value for key, value in self.stored().items() if key != "advice_codes"} | codes


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
        # What was only kept ready is taken now.
        fresh = not referral.held_by(user) or referral.opened_at is None
        if not Referral.objects.claim(referral_id, user):
            raise _lost(user, referral)
        if fresh:
            Referral.objects.filter(pk=referral_id).update(opened_at=timezone.now())
            record(user, "referral.claim", referral)
            seen(referral.encounter, user)
    referral.refresh_from_db()
    return referral


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
        return Standing.IMPRESSION if wants_impression(user, referral) else Standing.FINAL
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
    """Whether this reader may see what the AI found.

    AI first: at once. Blind first: after their first impression. AI as second reader: after their final read, and
    to the adjudicator. Only ordering the list: never.
    """
    how = mode(referral)
    if how == ReadingMode.AI_SECOND:
        settles = referral.state == Referral.State.DISPUTED and _adjudicates(user, referral)
        return settles or _has_final(user, referral)
    if how == ReadingMode.BLIND_FIRST:
        return impression_of(user, referral) is not None or _has_final(user, referral)
    return how == ReadingMode.AI_FIRST


def wants_impression(user: Any, referral: Referral) -> bool:
    """Whether the next thing this reader gives is a first impression."""
    given = impression_of(user, referral) is not None or _has_final(user, referral)
    return mode(referral) == ReadingMode.BLIND_FIRST and not given


def _has_final(user: Any, referral: Referral) -> bool:
    return referral.reads.filter(reader=user, stage=Read.Stage.FINAL).exists()


def others_shown(user: Any, referral: Referral) -> list[Read]:
    """Other readers' final reads, as they stand, that this reader may see, in the order they were given.

    Once the referral is answered: all. While the readers disagree: to an adjudicator who has not read it
    before and has formed an impression of their own. To everybody else: none. Names are not for showing.
    """
    finals = [read for read in standing_reads(referral) if read.reader_id != user.pk]
    if referral.state == Referral.State.CLOSED:
        return finals
    if referral.state != Referral.State.DISPUTED or _has_final(user, referral):
        return []
    return finals if _adjudicates(user, referral) and not wants_impression(user, referral) else []


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


def _write(user: Any, referral: Referral, stage: Read.Stage, said: Said) -> Read:
    finding = _check_grades(referral, said.grades)
    keep_draft(user, referral, said.entered())
    with transaction.atomic():
        if not Referral.objects.claim(referral.pk, user):
            raise _lost(user, referral)
        referral.refresh_from_db()
        try:
            with transaction.atomic():
                read = Read.objects.create(
                    referral=referral, reader=user, stage=stage, finding=finding.value, **said.stored(),
                    adjudicates=referral.state == Referral.State.DISPUTED, ai_shown=ai_shown(user, referral),
                    seconds=_seconds(referral),
                )  # fmt: skip
        except IntegrityError:
            raise Lost(_("You have already answered this step in another window.")) from None
        marks.fix(read)
        record(user, f"read.{stage}", read, finding=read.finding)
        if stage == Read.Stage.FINAL:
            settle(referral)
            Draft.objects.filter(referral=referral, reader=user).delete()
    return read


def _seconds(referral: Referral) -> int | None:
    since = referral.opened_at
    return round((timezone.now() - since).total_seconds()) if since else None


def impression(
    user: Any, referral: Referral, grades: Grades, advice: str = "", advice_codes: Sequence[str] = ()
) -> Read:
    """Store the first impression, given without the AI. Raises GradeError, Lost, OutOfOrder (none is asked for)."""
    if mode(referral) == ReadingMode.AI_FIRST:
        raise OutOfOrder(_("In this programme the AI is shown at once: give your final read."))
    if mode(referral) != ReadingMode.BLIND_FIRST:
        raise OutOfOrder(_("In this programme no first impression is asked for: give your final read."))
    return _write(user, referral, Read.Stage.IMPRESSION, Said(grades, advice, advice_codes))


def submit(user: Any, referral: Referral, grades: Grades, advice: str = "", advice_codes: Sequence[str] = ()) -> Read:
    """Store the final read and settle. Raises GradeError, Lost, OutOfOrder (blind-first without impression)."""
    if wants_impression(user, referral):
        raise OutOfOrder(_("Give your first impression before the final read."))
    read = _write(user, referral, Read.Stage.FINAL, Said(grades, advice, advice_codes))
    after_final(user, referral, read)
    return read


def own_final(user: Any, referral: Referral) -> Read | None:
    """This reader's final read as it stands."""
    return referral.reads.filter(reader=user, stage=Read.Stage.FINAL).order_by("-version").first()


def may_amend(user: Any, referral: Referral) -> bool:
    """Whether the reader may correct a final read of their own now: of a patient, and while nobody else reads it."""
    holder = referral.claimed_by_id and referral.claimed_by_id != user.pk
    held = holder and referral.claim_until and referral.claim_until >= timezone.now()
    return referral.setting == Setting.CARE and not held and own_final(user, referral) is not None


@transaction.atomic
def amend(
    user: Any, referral: Referral, grades: Grades, advice: str = "", advice_codes: Sequence[str] = (), *, why: str
) -> Read:
    """Correct one's own final read: a new version beside the old one, and a new answer if it changes anything.

    An answer that holds goes on holding until the readers agree on another. Raises GradeError, Lost.
    """
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    before = own_final(user, referral)
    if before is None or not may_amend(user, referral):
        raise Lost(_("This read cannot be corrected now: a colleague is reading, or it is not yours."))
    if not why.strip():
        raise GradeError("why", "Say why you correct your read.")
    finding = _check_grades(referral, grades)
    read = Read.objects.create(
        referral=referral, reader=user, stage=Read.Stage.FINAL, version=before.version + 1, finding=finding.value,
        adjudicates=before.adjudicates, ai_shown=ai_shown(user, referral), amends=why.strip(),
        **Said(grades, advice, advice_codes).stored(),
    )  # fmt: skip
    record(user, "read.amend", read, finding=read.finding, version=read.version)
    if settle(referral).finding is None and finding not in (Finding.NORMAL, before.finding):
        hurry(referral, finding)
    return read
