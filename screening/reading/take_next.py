"""Take the next referral, and keep the one after it ready."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from screening.models import Referral
from screening.models.referral import ReferralQuerySet
from screening.reading.desk import Lost, claim

TRIES = 5  # readers who press "take the next" in the same instant
# Long enough to finish the case at hand, short enough that an abandoned one is back with everybody at once.
RESERVED = timedelta(minutes=2)


def take_next(user: Any, rows: ReferralQuerySet) -> Referral | None:
    """Claim the most urgent of `rows` (the worklist, perhaps narrowed down). None: nothing to read.

    What the reader already holds comes first: the case at work, then the one kept ready.
    """
    held = rows.filter(claimed_by=user, claim_until__gte=timezone.now()).order_by("-claim_until")
    # Another reader may take one between looking and claiming; then the next in line is as good.
    for referral_id in [*held.values_list("pk", flat=True)[:1], *rows.values_list("pk", flat=True)[:TRIES]]:
        try:
            return claim(user, referral_id)
        except Lost:
            continue
    return None


def keep_ready(user: Any, rows: ReferralQuerySet, at_work: Any) -> Referral | None:
    """Keep the next referral after the one `at_work` for this reader, for two minutes. None: nothing to keep.

    One at a time: asking again renews the same one. A claim that is already longer is left as it is.
    """
    rows = rows.exclude(pk=at_work)
    now = timezone.now()
    mine = rows.filter(claimed_by=user, claim_until__gte=now).order_by("-claim_until").first()
    if mine:
        if mine.claim_until and mine.claim_until < now + RESERVED:
            Referral.objects.claim(mine.pk, user, RESERVED)
        return mine
    for referral_id in rows.values_list("pk", flat=True)[:TRIES]:
        with transaction.atomic():
            if Referral.objects.claim(referral_id, user, RESERVED):
                Referral.objects.filter(pk=referral_id).update(opened_at=None)
                referral = Referral.objects.select_related("encounter__programme").get(pk=referral_id)
                record(user, "referral.reserve", referral)
                return referral
    return None
