"""Ask a specialist: one referral per encounter, whose priority can only rise."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from screening import rules
from screening.models import Decision, Encounter, Programme, ReadingMode, Referral

BLIND = (ReadingMode.BLIND_FIRST, ReadingMode.AI_SECOND)


def due(programme: Programme, priority: rules.Priority) -> timedelta:
    """Within what time a referral of the programme is answered."""
    mode = programme.reading_mode
    return rules.due(priority, blind=mode in BLIND, ordered=mode == ReadingMode.AI_ORDER)


def refer(encounter: Encounter, decision: Decision, priority: rules.Priority) -> Referral:
    """Open the encounter's referral, or raise the priority (and bring forward the due time) of the open one.

    Runs inside the caller's transaction, with the decision it belongs to.
    """
    by = timezone.now() + due(encounter.programme, priority)
    referral, new = Referral.objects.get_or_create(
        encounter=encounter,
        defaults={"programme_id": encounter.programme_id, "site_id": encounter.site_id, "decision": decision,
                  "priority": priority.value, "due_at": by},
    )  # fmt: skip
    if not new and referral.state != Referral.State.CLOSED:
        was = rules.Priority(referral.priority)
        referral.priority = rules.more_urgent(was, priority).value
        referral.due_at = min(referral.due_at, by)
        referral.decision = decision
        referral.save(update_fields=["priority", "due_at", "decision"])
    return referral


def sample(encounter: Encounter, decision: Decision) -> Referral | None:
    """An all-clear that the draw picks is read too, unmarked: only so is known what the AI misses.

    The share drawn at is kept with it, to weigh it by. None: not drawn, or a specialist was asked before.
    """
    programme = encounter.programme
    if not rules.drawn(programme.sample_salt.hex, str(encounter.pk), programme.sample_rate):
        return None
    if Referral.objects.filter(encounter=encounter).exists():
        return None
    referral = refer(encounter, decision, rules.Priority.SAMPLE)
    Referral.objects.filter(pk=referral.pk).update(sampled_at=programme.sample_rate)
    return referral
