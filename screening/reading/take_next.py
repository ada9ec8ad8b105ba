"""Take the next consult, and keep the one after it ready."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from screening.models import Consult
from screening.models.consult import ConsultQuerySet
from screening.reading.desk import Lost, claim

TRIES = 5  # readers who press "take the next" in the same instant
# Long enough to finish the case at hand, short enough that an abandoned one is back with everybody at once.
RESERVED = timedelta(minutes=2)


def take_next(user: Any, rows: ConsultQuerySet) -> Consult | None:
    """Claim the most urgent of `rows` (the worklist, perhaps narrowed down). None: nothing to read.

    What the reader already holds comes first: the case at work, then the one kept ready.
    """
    held = rows.filter(claimed_by=user, claim_until__gte=timezone.now()).order_by("-claim_until")
    # Another reader may take one between looking and claiming; then the next in line is as good.
    for consult_id in [*held.values_list("pk", flat=True)[:1], *rows.values_list("pk", flat=True)[:TRIES]]:
        try:
            return claim(user, consult_id)
        except Lost:
            continue
    return None


def keep_ready(user: Any, rows: ConsultQuerySet, at_work: Any) -> Consult | None:
    """Keep the next consult after the one `at_work` for this reader, for two minutes. None: nothing to keep.

    One at a time: asking again renews the same one. A claim that is already longer is left as it is.
    """
    rows = rows.exclude(pk=at_work)
    now = timezone.now()
    mine = rows.filter(claimed_by=user, claim_until__gte=now).order_by("-claim_until").first()
    if mine:
        if mine.claim_until and mine.claim_until < now + RESERVED:
            Consult.objects.claim(mine.pk, user, RESERVED)
        return mine
    for consult_id in rows.values_list("pk", flat=True)[:TRIES]:
        with transaction.atomic():
            if Consult.objects.claim(consult_id, user, RESERVED):
                Consult.objects.filter(pk=consult_id).update(opened_at=None)
                consult = Consult.objects.select_related("encounter__programme").get(pk=consult_id)
                record(user, "referral.reserve", consult)
                return consult
    return None
