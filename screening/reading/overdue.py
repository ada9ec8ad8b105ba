"""Nobody waits unseen: what is overdue is given to a reader by name, with a reminder, until somebody answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import record
from accounts.models import Membership, Role
from screening.messages.notices import tell
from screening.models import Certificate, Consult, Notice
from screening.models.consult import ANSWERED

# How long a reader who was reminded has, before another is: an urgent one cannot wait for a day off.
TIME_TO_ANSWER = {True: timedelta(hours=4), False: timedelta(hours=24)}


def remind(at_most: int = 200) -> int:
    """Assign what is overdue and held by nobody, and remind the reader it goes to. Returns how many.

    The reader with the least assigned takes it; the one who let it lapse only if there is no other.
    """
    load = Counter(Consult.objects.filter(rank__lt=ANSWERED).values_list("assigned_to", flat=True))
    done = 0
    for consult in _waiting().select_related("encounter__programme")[:at_most]:
        reader = _reader_for(consult, load)
        if reader is None:
            continue
        with transaction.atomic():
            # On the row alone: somebody may have taken or answered it since the list was made.
            free = Q(claimed_by=None) | Q(claim_until__lt=timezone.now())
            row = Consult.objects.filter(free, pk=consult.pk, assigned_at=consult.assigned_at)
            if not row.exclude(state=Consult.State.CLOSED).update(
                assigned_to=reader, assigned_at=timezone.now(), claimed_by=None, claim_until=None
            ):
                continue
            _forget_reminder(consult)
            tell(consult.encounter, Notice.Kind.OVERDUE, reader=reader)
            record(None, "referral.assign", consult, reader=str(reader.pk))
        load[reader.pk] += 1
        done += 1
    return done


def _waiting() -> Any:
    """Overdue, and nobody reminded of it lately."""
    now = timezone.now()
    urgent = Q(priority="urgent", assigned_at__lt=now - TIME_TO_ANSWER[True])
    return Consult.objects.overdue().filter(
        Q(assigned_at=None) | Q(assigned_to=None) | Q(assigned_at__lt=now - TIME_TO_ANSWER[False]) | urgent
    )


def _forget_reminder(consult: Consult) -> None:
    """The reader who was reminded before need not look any more."""
    old = Notice.objects.unseen().filter(encounter=consult.encounter_id, kind=Notice.Kind.OVERDUE)
    old.exclude(reader=None).update(seen_at=timezone.now())


def _reader_for(consult: Consult, load: Counter[Any]) -> Any:
    """The reader who may answer it and has the least on the table; None if nobody may."""
    may = list(_candidates(consult))
    others = [reader for reader in may if reader.pk != consult.assigned_to_id]
    return min(others or may, key=lambda reader: (load[reader.pk], str(reader.pk)), default=None)


def _candidates(consult: Consult) -> Iterable[Any]:
    """Readers on duty at the site, certified now, who have not read it; adjudicators where readers disagree."""
    duty = Membership.objects.in_force().filter(role=Role.READER, site=consult.site_id)
    today = timezone.localdate()
    certified = Certificate.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=today),
        programme=consult.programme_id, reader__in=duty.values("user_id"),
    )  # fmt: skip
    if consult.state == Consult.State.DISPUTED:
        certified = certified.filter(adjudicates=True)
    read_it = consult.reads.filter(stage="final").values("reader_id")
    return [row.reader for row in certified.exclude(reader__in=read_it).select_related("reader")]
