"""What the reads of a consult amount to, and the answer to the field worker. A correction is a new answer."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.audit import record
from screening import rules
from screening.messages.notices import tell
from screening.models import Consult, Notice, Outcome, Read, ReadingMode, Setting
from screening.rules.grades import Finding, recommendation_of


def mode(consult: Consult) -> str:
    """How the AI is shown to the readers of this consult."""
    return consult.mode or consult.encounter.programme.reading_mode


def reads_that_count(consult: Consult) -> list[Read]:
    """Every reader's final read as it stands: the newest version, in the order in which they first read."""
    newest: dict[object, Read] = {}
    for read in consult.current_reads().filter(stage=Read.Stage.FINAL).order_by("read_at", "version"):
        newest[read.reader_id] = read
    return list(newest.values())


def ai_refers(consult: Consult) -> bool:
    """Whether a model found disease in any picture the consult's decision rests on."""
    return any(picture["state"] == rules.ImageState.POSITIVE for picture in _pictures(consult))


def ai_clears(consult: Consult) -> bool:
    """Whether models judged a picture of every view, and found nothing in any."""
    states = {picture["state"] for picture in _pictures(consult)}
    views = {p["view"] for p in _pictures(consult) if p["state"] == rules.ImageState.NEGATIVE}
    return rules.ImageState.POSITIVE not in states and views >= set(consult.encounter.programme.views)


def _pictures(consult: Consult) -> Iterable[dict[str, str]]:
    evidence = consult.decision.evidence
    pictures: list[dict[str, str]] = evidence["evidence"]["pictures"]
    suggested = evidence.get("suggested", {})
    return [{**picture, **suggested.get(picture["id"], {})} for picture in pictures]


def opinion(read: Read, modality: str) -> rules.Opinion:
    """A stored read as the rules weigh it."""
    said = recommendation_of(modality, read.grades)
    return rules.Opinion(str(read.reader_id), Finding(read.finding), read.adjudicates, said)


def settle(consult: Consult) -> rules.Settlement:
    """Close the consult with an answer, ask for another reader, or for an adjudicator. Inside a transaction."""
    programme, reads = consult.encounter.programme, reads_that_count(consult)
    settlement = rules.settle(
        [opinion(read, programme.modality) for read in reads],
        reads_needed=programme.reads_needed if consult.setting == Setting.CARE else 1,
        ai_refers=ai_refers(consult),
        ai_clears=ai_clears(consult),
        ai_second=mode(consult) == ReadingMode.AI_SECOND,
    )
    consult.claimed_by, consult.claim_until = None, None
    if consult.setting in (Setting.EXAM, Setting.STUDY):
        _close(consult)
    elif settlement.finding is not None:
        _close(consult)
        give(consult, settlement.finding, _speaker(reads, settlement.finding))
    else:
        disputed = settlement.state is rules.Settled.ADJUDICATE
        consult.state = Consult.State.DISPUTED if disputed else Consult.State.OPEN
        consult.closed_at = None
    consult.save(update_fields=["claimed_by", "claim_until", "state", "closed_at"])
    return settlement


def _close(consult: Consult) -> None:
    consult.state, consult.closed_at, consult.waits_since = Consult.State.CLOSED, timezone.now(), None
    Consult.objects.filter(pk=consult.pk).update(waits_since=None)


def _speaker(reads: list[Read], finding: Finding) -> Read:
    """Whose advice goes with the answer: the adjudicator's, else the last of those who found what was answered."""
    adjudicating = [read for read in reads if read.adjudicates]
    return (adjudicating or [read for read in reads if read.finding == finding] or reads)[-1]


def give(consult: Consult, finding: Finding, read: Read) -> Outcome | None:
    """Write the answer and tell the site. Again with a change in it: a correction. Unchanged: None, nothing is said."""
    action = rules.OUTCOME_OF[finding]
    programme, before = consult.encounter.programme, consult.outcome
    said = {
        "action": action.value, "finding": finding.value, "advice": read.advice, "advice_codes": read.advice_codes,
        "recommendation": recommendation_of(programme.modality, read.grades),
        "recall_months": programme.recall_months if action is rules.Action.RECALL else None,
    }  # fmt: skip
    if before and all(getattr(before, name) == value for name, value in said.items()):
        if consult.reopened_at and before.decided_at < consult.reopened_at:
            tell(consult.encounter, Notice.Kind.ANSWERED)  # looked at again, and it stays as it was
        return None
    outcome = Outcome.objects.create(consult=consult, number=before.number + 1 if before else 1, **said)
    consult.outcome = outcome
    consult.save(update_fields=["outcome"])
    record(None, "outcome", outcome, action=outcome.action, number=outcome.number)
    if consult.setting == Setting.CARE and not _known(consult, action):
        tell(consult.encounter, Notice.Kind.AMENDED if before else Notice.Kind.ANSWERED)
    return outcome


def _known(consult: Consult, action: rules.Action) -> bool:
    """A quality sample that agrees with the all-clear changes nothing for the patient: nobody is called up for it."""
    sampled = consult.sampled_at is not None and consult.priority == rules.Priority.SAMPLE
    return sampled and action is rules.Action.RECALL and (consult.outcome is None or consult.outcome.number == 1)


def hurry(consult: Consult, finding: Finding) -> None:
    """A correction that finds more than was answered is looked at soon: due time and priority only ever rise."""
    urgent = finding is Finding.URGENT
    was = rules.Priority(consult.priority)
    wanted = rules.Priority.URGENT if urgent else rules.Priority.REVIEW
    consult.priority = rules.more_urgent(was, wanted).value
    consult.due_at = timezone.now() + rules.DUE[wanted]
    consult.save(update_fields=["priority", "due_at"])
