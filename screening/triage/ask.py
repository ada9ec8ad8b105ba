"""Ask a specialist: one consult per encounter, whose priority can only rise."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from screening import rules
from screening.models import Consult, Decision, Encounter, Programme, ReadingMode

BLIND = (ReadingMode.BLIND_FIRST, ReadingMode.AI_SECOND)


def due(programme: Programme, priority: rules.Priority) -> timedelta:
    """Within what time a consult of the programme is answered."""
    mode = programme.reading_mode
    return rules.due(priority, blind=mode in BLIND, ordered=mode == ReadingMode.AI_ORDER)


def ask_specialist(encounter: Encounter, decision: Decision, priority: rules.Priority) -> Consult:
    """Open the encounter's consult, or raise the priority (and bring forward the due time) of the open one.

    Runs inside the caller's transaction, with the decision it belongs to.
    """
    by = timezone.now() + due(encounter.programme, priority)
    consult, new = Consult.objects.get_or_create(
        encounter=encounter,
        defaults={"programme_id": encounter.programme_id, "site_id": encounter.site_id, "decision": decision,
                  "priority": priority.value, "due_at": by},
    )  # fmt: skip
    if not new and consult.state != Consult.State.CLOSED:
        was = rules.Priority(consult.priority)
        consult.priority = rules.more_urgent(was, priority).value
        consult.due_at = min(consult.due_at, by)
        consult.decision = decision
        consult.save(update_fields=["priority", "due_at", "decision"])
    return consult


def sample(encounter: Encounter, decision: Decision) -> Consult | None:
    """An all-clear that the draw picks is read too, unmarked: only so is known what the AI misses.

    The share drawn at is kept with it, to weigh it by. None: not drawn, or a specialist was asked before.
    """
    programme = encounter.programme
    if not rules.drawn(programme.sample_salt.hex, str(encounter.pk), programme.sample_rate):
        return None
    if Consult.objects.filter(encounter=encounter).exists():
        return None
    consult = ask_specialist(encounter, decision, rules.Priority.SAMPLE)
    Consult.objects.filter(pk=consult.pk).update(sampled_at=programme.sample_rate)
    return consult
