"""The append-only, hash-chained record of who did what to which row.

`record` runs inside the caller's transaction: if the act rolls back, so does its trace, and if the
trace cannot be written, the act does not happen.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditChain, AuditEvent


def digest(event: AuditEvent) -> str:
    """SHA-256 over everything an event says and the hash of the one before it."""
    said = [
        event.number, event.at.isoformat(), str(event.actor_id or ""), event.verb,
        event.subject_type, event.subject_id, event.facts, event.previous,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def record(actor: Any, verb: str, subject: models.Model, **facts: Any) -> AuditEvent:
    """Append one event. `facts` are ids, codes and numbers: never a name, a phone number or free text."""
    with transaction.atomic():
        # The UPDATE holds the chain's row until commit, so two writers can never share a predecessor.
        if not AuditChain.objects.filter(pk=1).update(length=F("length") + 1):
            AuditChain.objects.get_or_create(pk=1)
            AuditChain.objects.filter(pk=1).update(length=F("length") + 1)
        chain = AuditChain.objects.get(pk=1)
        event = AuditEvent(
            number=chain.length,
            at=timezone.now(),
            actor_id=getattr(actor, "pk", None),
            verb=verb,
            subject_type=subject._meta.model_name or "",
            subject_id=str(subject.pk),
            facts=facts,
            previous=chain.hash,
        )
        event.hash = digest(event)
        event.save(force_insert=True)
        AuditChain.objects.filter(pk=1).update(hash=event.hash)
    return event


def first_broken() -> int | None:
    """The number of the first event that was altered, removed or slipped in; None if the chain holds."""
    previous, number = "0" * 64, 0
    for event in AuditEvent.objects.order_by("number").iterator(chunk_size=1000):
        number += 1
        if event.number != number or event.previous != previous or event.hash != digest(event):
            return number
        previous = event.hash
    end = AuditChain.objects.filter(pk=1).first() or AuditChain()
    if (end.length, end.hash) != (number, previous):
        return number + 1
    return None
