"""The specialist's verbs: claim, first impression, final read, and what the reads amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.messages.notices import seen
from screening.models import (
    Certificate,
    Consult,
    Draft,
    Image,
    Read,
    ReadingMode,
    Setting,
)
from screening.readers.exams import after_final
from screening.reading import marks
from screening.reading.outcome import hurry, mode, reads_that_count, settle
from screening.refusal import Refused
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


class Lost(Refused):
    """The consult is not the reader's to answer now. `sentence` says who has it; the draft is kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__("lost", sentence)


class OutOfOrder(Refused):
    """A final read before the first impression in a blind-first programme, or an impression where none is asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__("out_of_order", sentence)


def claim(user: Any, consult_id: UUID | str) -> Consult:
    """Take the consult for 15 minutes (or renew). Raises Consult.DoesNotExist (not yours to see) and Lost."""
    consult = Consult.objects.readable_by(user).select_related("encounter__programme").get(pk=consult_id)
    with transaction.atomic():
        # What was only kept ready is taken now.
        fresh = not consult.held_by(user) or consult.opened_at is None
        if not Consult.objects.claim(consult_id, user):
            raise _lost(user, consult)
        if fresh:
            Consult.objects.filter(pk=consult_id).update(opened_at=timezone.now())
            record(user, "referral.claim", consult)
            seen(consult.encounter, user)
    consult.refresh_from_db()
    return consult


@transaction.atomic
def give_back(user: Any, consult: Consult) -> None:
    """Let go of a consult that is held, so that another reader can take it at once. The draft stays."""
    if consult.held_by(user):
        consult.release(user)
        record(user, "referral.release", consult)


class Standing(StrEnum):
    """Where one reader stands with one consult."""

    CLOSED = "closed"
    GIVEN = "given"
    DISPUTED = "disputed"
    HELD = "held"
    FREE = "free"
    IMPRESSION = "impression"
    FINAL = "final"


def standing(user: Any, consult: Consult) -> Standing:
    """Answered; read by them already; in dispute and not theirs to settle; held by another; free; or theirs now."""
    if consult.state == Consult.State.CLOSED:
        return Standing.CLOSED
    if _has_final(user, consult):
        return Standing.GIVEN
    if consult.state == Consult.State.DISPUTED and not _adjudicates(user, consult):
        return Standing.DISPUTED
    if consult.held_by(user):
        return Standing.IMPRESSION if wants_impression(user, consult) else Standing.FINAL
    held = consult.claimed_by_id and consult.claim_until and consult.claim_until >= timezone.now()
    return Standing.HELD if held else Standing.FREE


def _adjudicates(user: Any, consult: Consult) -> bool:
    certified = Certificate.objects.in_force(user).filter(programme=consult.encounter.programme_id, adjudicates=True)
    return certified.exists()


def why_not(user: Any, consult: Consult) -> str:
    """Why the consult is not the reader's to answer now, as a sentence; "" if it is."""
    if consult.withdrawn_at is not None:
        return _("The patient has withdrawn consent. There is nothing more to read here.")
    return {
        Standing.CLOSED: _("This consult has been answered. What you entered is kept as a draft."),
        Standing.GIVEN: _("You have given your read. Another reader has to look now."),
        Standing.DISPUTED: _("The readers disagree: an adjudicator answers this one."),
        Standing.HELD: _("%(reader)s holds this consult until %(until)s. What you entered is kept as a draft.")
        % {"reader": consult.claimed_by, "until": _clock(consult.claim_until)},
        Standing.FREE: _("You do not hold this consult. What you entered is kept as a draft."),
    }.get(standing(user, consult), "")


def _clock(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%H:%M") if moment else "–"


def _lost(user: Any, consult: Consult) -> Lost:
    consult.refresh_from_db()
    return Lost(why_not(user, consult))


def keep_draft(user: Any, consult: Consult, entered: dict[str, Any]) -> None:
    """Save what has been entered so far, whether or not the claim still holds."""
    Draft.objects.update_or_create(consult=consult, reader=user, defaults={"entered": entered})


def impression_of(user: Any, consult: Consult) -> Read | None:
    return consult.current_reads().filter(reader=user, stage=Read.Stage.IMPRESSION).order_by("-version").first()


def ai_shown(user: Any, consult: Consult) -> bool:
    """Whether this reader may see what the AI found.

    AI first: at once. Blind first: after their first impression. AI as second reader: after their final read, and
    to the adjudicator. Only ordering the list: never.
    """
    how = mode(consult)
    if how == ReadingMode.AI_SECOND:
        settles = consult.state == Consult.State.DISPUTED and _adjudicates(user, consult)
        return settles or _has_final(user, consult)
    if how == ReadingMode.BLIND_FIRST:
        return impression_of(user, consult) is not None or _has_final(user, consult)
    return how == ReadingMode.AI_FIRST


def wants_impression(user: Any, consult: Consult) -> bool:
    """Whether the next thing this reader gives is a first impression."""
    given = impression_of(user, consult) is not None or _has_final(user, consult)
    return mode(consult) == ReadingMode.BLIND_FIRST and not given


def _has_final(user: Any, consult: Consult) -> bool:
    return consult.current_reads().filter(reader=user, stage=Read.Stage.FINAL).exists()


def others_shown(user: Any, consult: Consult) -> list[Read]:
    """Other readers' final reads, as they stand, that this reader may see, in the order they were given.

    Once the consult is answered: all. While the readers disagree: to an adjudicator who has not read it
    before and has formed an impression of their own. To everybody else: none. Names are not for showing.
    """
    finals = [read for read in reads_that_count(consult) if read.reader_id != user.pk]
    if consult.state == Consult.State.CLOSED:
        return finals
    if consult.state != Consult.State.DISPUTED or _has_final(user, consult):
        return []
    return finals if _adjudicates(user, consult) and not wants_impression(user, consult) else []


def pictures(consult: Consult) -> QuerySet[Image]:
    """The pictures to read, oldest first: without those somebody said do not belong to this patient and view."""
    return consult.encounter.images.belonging()


def _check_grades(consult: Consult, grades: Grades) -> Finding:
    """The finding of complete grades. Raises GradeError: a view is missing, or graded though nobody could see it."""
    seen = set(pictures(consult).values_list("view", flat=True))
    for view in set(grades) - set(consult.encounter.programme.views):
        raise GradeError(f"{view}-gradability", _("This programme has no such view."))
    for view in consult.encounter.programme.views:
        given = grades.get(view, {}).get("gradability")
        if given is None:
            raise GradeError(f"{view}-gradability", _("Say whether the picture can be graded."))
        if view not in seen and given != Gradability.UNGRADABLE:
            raise GradeError(f"{view}-gradability", _("There is no photo of this view: it cannot be graded."))
    return finding_of(consult.encounter.programme.modality, grades)


def _write(user: Any, consult: Consult, stage: Read.Stage, said: Said) -> Read:
    finding = _check_grades(consult, said.grades)
    keep_draft(user, consult, said.entered())
    with transaction.atomic():
        if not Consult.objects.claim(consult.pk, user):
            raise _lost(user, consult)
        consult.refresh_from_db()
        try:
            with transaction.atomic():
                read = Read.objects.create(
                    consult=consult, reader=user, stage=stage, finding=finding.value, **said.stored(),
                    adjudicates=consult.state == Consult.State.DISPUTED, ai_shown=ai_shown(user, consult),
                    seconds=_seconds(consult), version=_version(user, consult, stage),
                )  # fmt: skip
        except IntegrityError:
            raise Lost(_("You have already answered this step in another window.")) from None
        marks.fix(read)
        record(user, f"read.{stage}", read, finding=read.finding)
        if stage == Read.Stage.FINAL:
            settle(consult)
            Draft.objects.filter(consult=consult, reader=user).delete()
    return read


def _version(user: Any, consult: Consult, stage: Read.Stage) -> int:
    """After those given before the consult was opened again. Two of one round have the same: only one can be stored."""
    if consult.reopened_at is None:
        return 1
    earlier = consult.reads.filter(reader=user, stage=stage, read_at__lt=consult.reopened_at)
    return int(earlier.aggregate(last=Max("version"))["last"] or 0) + 1


def _seconds(consult: Consult) -> int | None:
    since = consult.opened_at
    return round((timezone.now() - since).total_seconds()) if since else None


def impression(user: Any, consult: Consult, grades: Grades, advice: str = "", advice_codes: Sequence[str] = ()) -> Read:
    """Store the first impression, given without the AI. Raises GradeError, Lost, OutOfOrder (none is asked for)."""
    if mode(consult) == ReadingMode.AI_FIRST:
        raise OutOfOrder(_("In this programme the AI is shown at once: give your final read."))
    if mode(consult) != ReadingMode.BLIND_FIRST:
        raise OutOfOrder(_("In this programme no first impression is asked for: give your final read."))
    return _write(user, consult, Read.Stage.IMPRESSION, Said(grades, advice, advice_codes))


def submit(user: Any, consult: Consult, grades: Grades, advice: str = "", advice_codes: Sequence[str] = ()) -> Read:
    """Store the final read and settle. Raises GradeError, Lost, OutOfOrder (blind-first without impression)."""
    if wants_impression(user, consult):
        raise OutOfOrder(_("Give your first impression before the final read."))
    read = _write(user, consult, Read.Stage.FINAL, Said(grades, advice, advice_codes))
    after_final(user, consult, read)
    return read


def own_final(user: Any, consult: Consult) -> Read | None:
    """This reader's final read as it stands."""
    return consult.current_reads().filter(reader=user, stage=Read.Stage.FINAL).order_by("-version").first()


def may_amend(user: Any, consult: Consult) -> bool:
    """Whether the reader may correct a final read of their own now: of a patient, and while nobody else reads it."""
    holder = consult.claimed_by_id and consult.claimed_by_id != user.pk
    held = holder and consult.claim_until and consult.claim_until >= timezone.now()
    return consult.setting == Setting.CARE and not held and own_final(user, consult) is not None


@transaction.atomic
def amend(
    user: Any, consult: Consult, grades: Grades, advice: str = "", advice_codes: Sequence[str] = (), *, why: str
) -> Read:
    """Correct one's own final read: a new version beside the old one, and a new answer if it changes anything.

    An answer that holds goes on holding until the readers agree on another. Raises GradeError, Lost.
    """
    consult = Consult.objects.select_for_update(of=("self",)).get(pk=consult.pk)
    before = own_final(user, consult)
    if before is None or not may_amend(user, consult):
        raise Lost(_("This read cannot be corrected now: a colleague is reading, or it is not yours."))
    if not why.strip():
        raise GradeError("why", _("Say why you correct your read."))
    finding = _check_grades(consult, grades)
    read = Read.objects.create(
        consult=consult, reader=user, stage=Read.Stage.FINAL, version=before.version + 1, finding=finding.value,
        adjudicates=before.adjudicates, ai_shown=ai_shown(user, consult), amends=why.strip(),
        **Said(grades, advice, advice_codes).stored(),
    )  # fmt: skip
    record(user, "read.amend", read, finding=read.finding, version=read.version)
    if settle(consult).finding is None and finding not in (Finding.NORMAL, before.finding):
        hurry(consult, finding)
    return read
