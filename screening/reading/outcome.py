"""What the reads of a referral amount to, and the answer to the field worker. A correction is a new answer."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.audit import record
from screening import rules
from screening.messages.notices import tell
from screening.models import Notice, Outcome, Read, ReadingMode, Referral, Setting
from screening.rules.grades import Finding, recommendation_of


def mode(referral: Referral) -> str:
    """How the AI is shown to the readers of this referral."""
    return referral.mode or referral.encounter.programme.reading_mode


def standing_reads(referral: Referral) -> list[Read]:
    """Every reader's final read as it stands: the newest version, in the order in which they first read."""
    newest: dict[object, Read] = {}
    for read in referral.reads.filter(stage=Read.Stage.FINAL).order_by("read_at", "version"):
        newest[read.reader_id] = read
    return list(newest.values())


def ai_refers(referral: Referral) -> bool:
    """Whether a model found disease in any picture the referral's decision rests on."""
    return any(picture["state"] == rules.ImageState.POSITIVE for picture in _pictures(referral))


def ai_clears(referral: Referral) -> bool:
    """Whether models judged a picture of every view, and found nothing in any."""
    states = {picture["state"] for picture in _pictures(referral)}
    views = {p["view"] for p in _pictures(referral) if p["state"] == rules.ImageState.NEGATIVE}
    return rules.ImageState.POSITIVE not in states and views >= set(referral.encounter.programme.views)


def _pictures(referral: Referral) -> Iterable[dict[str, str]]:
    evidence = referral.decision.evidence
    pictures: list[dict[str, str]] = evidence["evidence"]["pictures"]
    suggested = evidence.get("suggested", {})
    return [{**picture, **suggested.get(picture["id"], {})} for picture in pictures]


def opinion(read: Read, modality: str) -> rules.Opinion:
    """A stored read as the rules weigh it."""
    said = recommendation_of(modality, read.grades)
    return rules.Opinion(str(read.reader_id), Finding(read.finding), read.adjudicates, said)


def settle(referral: Referral) -> rules.Settlement:
    """Close the referral with an answer, ask for another reader, or for an adjudicator. Inside a transaction."""
    programme, reads = referral.encounter.programme, standing_reads(referral)
    settlement = rules.settle(
        [opinion(read, programme.modality) for read in reads],
        reads_needed=programme.reads_needed if referral.setting == Setting.CARE else 1,
        ai_refers=ai_refers(referral),
        ai_clears=ai_clears(referral),
        ai_second=mode(referral) == ReadingMode.AI_SECOND,
    )
    referral.claimed_by, referral.claim_until = None, None
    if referral.setting in (Setting.EXAM, Setting.STUDY):
        _close(referral)
    elif settlement.finding is not None:
        _close(referral)
        give(referral, settlement.finding, _speaker(reads, settlement.finding))
    else:
        disputed = settlement.state is rules.Settled.ADJUDICATE
        referral.state = Referral.State.DISPUTED if disputed else Referral.State.OPEN
        referral.closed_at = None
    referral.save(update_fields=["claimed_by", "claim_until", "state", "closed_at"])
    return settlement


def _close(referral: Referral) -> None:
    referral.state, referral.closed_at, referral.waits_since = Referral.State.CLOSED, timezone.now(), None
    Referral.objects.filter(pk=referral.pk).update(waits_since=None)


def _speaker(reads: list[Read], finding: Finding) -> Read:
    """Whose advice goes with the answer: the adjudicator's, else the last of those who found what was answered."""
    adjudicating = [read for read in reads if read.adjudicates]
    return (adjudicating or [read for read in reads if read.finding == finding] or reads)[-1]


def give(referral: Referral, finding: Finding, read: Read) -> Outcome | None:
    """Write the answer and tell the site. Again with a change in it: a correction. Unchanged: None, nothing is said."""
    action = rules.OUTCOME_OF[finding]
    programme, before = referral.encounter.programme, referral.outcome
    said = {
        "action": action.value, "finding": finding.value, "advice": read.advice, "advice_codes": read.advice_codes,
        "recommendation": recommendation_of(programme.modality, read.grades),
        "recall_months": programme.recall_months if action is rules.Action.RECALL else None,
    }  # fmt: skip
    if before and all(getattr(before, name) == value for name, value in said.items()):
        return None
    outcome = Outcome.objects.create(referral=referral, number=before.number + 1 if before else 1, **said)
    referral.outcome = outcome
    referral.save(update_fields=["outcome"])
    record(None, "outcome", outcome, action=outcome.action, number=outcome.number)
    if referral.setting == Setting.CARE and not _known(referral, action):
        tell(referral.encounter, Notice.Kind.AMENDED if before else Notice.Kind.ANSWERED)
    return outcome


def _known(referral: Referral, action: rules.Action) -> bool:
    """A quality sample that agrees with the all-clear changes nothing for the patient: nobody is called up for it."""
    sampled = referral.sampled_at is not None and referral.priority == rules.Priority.SAMPLE
    return sampled and action is rules.Action.RECALL and (referral.outcome is None or referral.outcome.number == 1)


def hurry(referral: Referral, finding: Finding) -> None:
    """A correction that finds more than was answered is looked at soon: due time and priority only ever rise."""
    urgent = finding is Finding.URGENT
    was = rules.Priority(referral.priority)
    wanted = rules.Priority.URGENT if urgent else rules.Priority.REVIEW
    referral.priority = rules.more_urgent(was, wanted).value
    referral.due_at = timezone.now() + rules.DUE[wanted]
    referral.save(update_fields=["priority", "due_at"])
