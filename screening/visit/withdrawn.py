"""What a withdrawal ends: nobody, neither a model nor a person, looks at those visits any more. Nothing is deleted."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from inference.models import Run
from screening.models import Consent, Consult, Encounter, Image, Notice
from screening.refusal import Refused


def end(user: Any, consent: Consent) -> list[Encounter]:
    """End the visits of the patient to the programme begun until the withdrawal. Runs inside the caller's transaction.

    Pictures that wait for a model are taken out of the queue, an open consult is closed without an answer, and what
    was to be looked at is not asked for any more. A referral that was given stays: the patient still needs care.
    """
    begun = Encounter.objects.filter(patient_id=consent.patient_id, programme_id=consent.programme_id)
    ended = list(begun.filter(withdrawn_at=None, started_at__lte=consent.at))
    now = timezone.now()
    # First the visits: on PostgreSQL this waits for a triage that is under way, and what it wrote is ended too.
    these = Encounter.objects.filter(pk__in=[encounter.pk for encounter in ended])
    these.update(withdrawn_at=now, triage_due_at=None, left_at=None)
    consults = Consult.objects.filter(encounter__in=these)
    # The claim stays until it lapses: only so the reader who holds it is told.
    consults.exclude(state=Consult.State.CLOSED).update(
        state=Consult.State.CLOSED, closed_at=now, waits_since=None, assigned_to=None
    )
    consults.update(withdrawn_at=now)
    Notice.objects.unseen().filter(encounter__in=these).update(seen_at=now, seen_by=user)
    _call_off(these)
    for encounter in ended:
        record(user, "encounter.withdraw", encounter)
    return ended


def _call_off(encounters: Any) -> None:
    """Models no longer wait for these pictures, but for those that stand under another visit as well."""
    photos = Image.objects.filter(encounter__in=encounters).values_list("display_sha256", flat=True)
    elsewhere = Image.objects.filter(~Q(encounter__in=encounters), encounter__withdrawn_at=None)
    kept = set(elsewhere.filter(display_sha256__in=list(photos)).values_list("display_sha256", flat=True))
    Run.objects.call_off(set(photos) - kept)


def refuse(encounter: Encounter) -> None:
    """Raises Refused where consent to this very visit was withdrawn, whatever was said since."""
    if encounter.withdrawn_at is not None:
        raise Refused("withdrawn", _("Consent to this visit was withdrawn. No photo was kept."))
