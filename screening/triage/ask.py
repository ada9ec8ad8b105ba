"""Ask a specialist: one consult per encounter, whose priority can only rise, and which what comes later opens again."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.audit import record
from screening import rules
from screening.messages.notices import tell
from screening.models import Consult, Decision, Encounter, Message, Notice, Programme, ReadingMode

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


def reopen(encounter: Encounter, decision: Decision, priority: rules.Priority | None) -> Consult | None:
    """What came after the answer is looked at as well: both sides are told, and the answer holds until then.

    None where nothing was answered, or nothing came that the readers did not have: other pictures, a symptom or danger
    sign, a reason why the models do not speak for this patient, the answer to what one of them asked. Runs inside the
    caller's transaction.
    """
    answered = Consult.objects.care().filter(encounter=encounter, state=Consult.State.CLOSED).first()
    if answered is None or not _came_later(answered, decision):
        return None
    wanted = priority or rules.Priority.REVIEW
    now = timezone.now()
    answered.state, answered.closed_at, answered.reopened_at, answered.back_at = Consult.State.OPEN, None, now, now
    answered.priority, answered.due_at = wanted.value, now + due(encounter.programme, wanted)
    answered.decision, answered.opened_at = decision, None
    answered.claimed_by = answered.claim_until = answered.waits_since = answered.assigned_to = None
    answered.save()
    record(None, "referral.reopen", answered)
    tell(encounter, Notice.Kind.REOPENED)
    return answered


def _came_later(answered: Consult, decision: Decision) -> bool:
    """Whether the decision rests on anything that was not there when the consult was answered."""
    closed = answered.closed_at or answered.created_at
    if answered.messages.filter(kind__in=(Message.Kind.ANSWER, Message.Kind.CANNOT), at__gt=closed).exists():
        return True
    known = answered.encounter.decisions.filter(decided_at__lte=closed).order_by("-number").first()
    before, after = _facts(known or answered.decision), _facts(decision)
    return before[0] != after[0] or any(now - was for was, now in zip(before[1:], after[1:], strict=True))


def _facts(decision: Decision) -> tuple[set[str], ...]:
    """The pictures, symptoms, danger signs and limits of the models that a decision rests on."""
    said = decision.evidence["evidence"]
    return ({one["id"] for one in said["pictures"]}, *(set(said[name]) for name in ("symptoms", "dangers", "beyond")))
