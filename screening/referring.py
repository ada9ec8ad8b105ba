"""Ask a specialist: one referral per encounter, whose priority can only rise."""

from __future__ import annotations

from django.utils import timezone

from screening import rules
from screening.models import Decision, Encounter, Referral


def refer(encounter: Encounter, decision: Decision, priority: rules.Priority) -> Referral:
    """Open the encounter's referral, or raise the priority (and bring forward the due time) of the open one.

    Runs inside the caller's transaction, with the decision it belongs to.
    """
    due = timezone.now() + rules.DUE[priority]
    referral, new = Referral.objects.get_or_create(
        encounter=encounter, defaults={"decision": decision, "priority": priority.value, "due_at": due}
    )
    if not new and referral.state != Referral.State.CLOSED:
        was = rules.Priority(referral.priority)
        referral.priority = rules.more_urgent(was, priority).value
        referral.due_at = min(referral.due_at, due)
        referral.decision = decision
        referral.save(update_fields=["priority", "due_at", "decision"])
    return referral
