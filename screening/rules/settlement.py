"""Whether the reads of a consult amount to an answer, and what the answer is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from screening.rules.care import Action
from screening.rules.grades import Finding, worst


class Settled(StrEnum):
    MORE = "more"
    ADJUDICATE = "adjudicate"
    AGREED = "agreed"


@dataclass(frozen=True)
class Settlement:
    state: Settled
    finding: Finding | None = None


OUTCOME_OF: Mapping[Finding, Action] = {
    Finding.NORMAL: Action.RECALL,
    Finding.REFERABLE: Action.REFER,
    Finding.URGENT: Action.REFER_URGENT,
    Finding.UNGRADABLE: Action.REFER,
}


@dataclass(frozen=True)
class Opinion:
    """One reader's final finding; `adjudicates` when given to settle others' disagreement."""

    reader: str
    finding: Finding
    adjudicates: bool = False
    recommendation: str = ""

    @property
    def management(self) -> tuple[Action, str]:
        """What would happen to the patient: readers who differ only in the grade do not disagree."""
        return OUTCOME_OF[self.finding], self.recommendation


def settle(
    opinions: Sequence[Opinion],
    *,
    reads_needed: int,
    ai_refers: bool,
    ai_clears: bool = False,
    ai_second: bool = False,
) -> Settlement:
    """Whether the reads of a consult amount to an answer.

    An adjudicator's word ends it. A single reader who overrules an AI consult ("normal" against "refer")
    is never enough: a second reader looks. Readers whose findings lead to different management disagree.
    `ai_second`: the AI takes the second reader's seat, as long as it has an opinion and readers share it.
    """
    for opinion in opinions:
        if opinion.adjudicates:
            return Settlement(Settled.AGREED, opinion.finding)
    needed = max(reads_needed, 2 if _overruled(opinions, ai_refers) else 1)
    if ai_second:
        needed = max(1, reads_needed - 1) if _shared(opinions, ai_refers, ai_clears) else max(2, reads_needed)
    if len(opinions) < needed:
        return Settlement(Settled.MORE)
    if len({opinion.management for opinion in opinions}) > 1:
        return Settlement(Settled.ADJUDICATE)
    return Settlement(Settled.AGREED, worst([opinion.finding for opinion in opinions]))


def _overruled(opinions: Sequence[Opinion], ai_refers: bool) -> bool:
    return ai_refers and any(opinion.finding is Finding.NORMAL for opinion in opinions)


def _shared(opinions: Sequence[Opinion], ai_refers: bool, ai_clears: bool) -> bool:
    if not ai_refers and not ai_clears:
        return False
    return all((opinion.finding is Finding.NORMAL) is ai_clears for opinion in opinions)
