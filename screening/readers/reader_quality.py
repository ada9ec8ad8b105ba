"""How well a reader reads: agreement with others, the adjudicator and the truth, pace, and what the AI did to them.

Private to the reader and to who leads the quality of the programme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from inference.statistics.kappa import kappa
from inference.statistics.shares import Share, share
from screening.models import GivenCase, Programme, Read, Setting, TestCase
from screening.rules.accuracy import SENT_ON, Accuracy, accuracy
from screening.rules.grades import ORDER, Finding

Pairs = list[tuple[Finding, Finding]]


@dataclass(frozen=True)
class Agreement:
    """Kappa over so many cases with its 95 % interval; weighted by the square of the distance between findings, too."""

    cases: int
    kappa: float | None
    weighted: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Quality:
    """One reader in one programme. Seconds are medians, from taking a case to its final read."""

    reads: int
    seconds: float | None
    with_others: Agreement
    with_adjudicator: Agreement
    with_truth: Agreement
    accuracy: Accuracy
    changed_after_ai: Share
    misled: Share
    shown_wrong: Share


def of(reader: Any, programme: Programme) -> Quality:
    """Everything known of a reader's reading in a programme. First versions count: a correction came later."""
    finals = Read.objects.filter(
        reader=reader, stage=Read.Stage.FINAL, version=1, consult__encounter__programme=programme
    )  # fmt: skip
    care = finals.filter(consult__setting=Setting.CARE)
    truth = _truth(reader, programme, (Setting.HIDDEN, Setting.EXAM))
    return Quality(
        reads=care.count(),
        seconds=_median(care.exclude(seconds=None).values_list("seconds", flat=True)),
        with_others=_agreement(_with(reader, care.filter(adjudicates=False), adjudicates=False)),
        with_adjudicator=_agreement(_with(reader, care.filter(adjudicates=False), adjudicates=True)),
        with_truth=_agreement(truth),
        accuracy=accuracy([t for t, _s in truth], [s for _t, s in truth]),
        changed_after_ai=_changed(care),
        misled=_misled(reader, programme),
        shown_wrong=_followed(reader, programme),
    )


def _median(seconds: Any) -> float | None:
    listed = list(seconds)
    return float(median(listed)) if listed else None


def _agreement(pairs: Pairs) -> Agreement:
    one, other = [a for a, _b in pairs], [b for _a, b in pairs]
    plain, weighted = kappa(one, other, ORDER), kappa(one, other, ORDER, 2)
    if plain is None or weighted is None:
        return Agreement(len(pairs), None, None)
    return Agreement(len(pairs), plain.value, weighted.value, plain.low, plain.high)


def _with(reader: Any, mine: Any, *, adjudicates: bool) -> Pairs:
    """This reader's finding beside every colleague's on the same patient."""
    others = Read.objects.filter(
        stage=Read.Stage.FINAL, version=1, adjudicates=adjudicates, consult__in=mine.values("consult_id")
    ).exclude(reader=reader)  # fmt: skip
    said = dict(mine.values_list("consult_id", "finding"))
    return [(Finding(said[pk]), Finding(finding)) for pk, finding in others.values_list("consult_id", "finding")]


def _given_cases(reader: Any, programme: Programme, settings: Sequence[str]) -> Any:
    return GivenCase.objects.filter(
        reader=reader, case__test_set__programme=programme, consult__setting__in=settings,
        consult__reads__stage=Read.Stage.FINAL,
    )  # fmt: skip


def _truth(reader: Any, programme: Programme, settings: Sequence[str]) -> Pairs:
    rows = _given_cases(reader, programme, settings).values_list("case__finding", "consult__reads__finding")
    return [(Finding(truth), Finding(said)) for truth, said in rows]


def _steps(reads: Any) -> list[tuple[Finding, Finding]]:
    """First impression and final finding of every read that had both."""
    first = Read.objects.filter(
        stage=Read.Stage.IMPRESSION, version=1, consult__in=reads.values("consult_id"),
        reader__in=reads.values("reader_id"),
    )  # fmt: skip
    final = dict(reads.values_list("consult_id", "finding"))
    return [(Finding(said), Finding(final[pk])) for pk, said in first.values_list("consult_id", "finding")]


def _changed(finals: Any) -> Share:
    steps = _steps(finals.filter(ai_shown=True))
    return share(sum(first != final for first, final in steps), len(steps))


def _wrongly_told(reader: Any, programme: Programme) -> Any:
    """Test cases in which the AI was made to say the wrong thing and was shown before the final read."""
    return _given_cases(reader, programme, (Setting.HIDDEN, Setting.EXAM)).filter(
        case__suggestion=TestCase.Suggestion.WRONG,
        consult__reads__stage=Read.Stage.FINAL, consult__reads__ai_shown=True,
    )  # fmt: skip


def _followed(reader: Any, programme: Programme) -> Share:
    """Of all wrong suggestions: in how many the final read said the same as the AI."""
    rows = list(_wrongly_told(reader, programme).values_list("case__finding", "consult__reads__finding"))
    return share(sum(_wrong(truth, said) for truth, said in rows), len(rows))


def _misled(reader: Any, programme: Programme) -> Share:
    """Of those whose first impression was right: in how many the final read went over to the AI's wrong one."""
    rows = _wrongly_told(reader, programme).values_list("consult_id", "case__finding", "consult__reads__finding")
    first = dict(
        Read.objects.filter(reader=reader, stage=Read.Stage.IMPRESSION, version=1).values_list("consult_id", "finding")
    )
    right = [(truth, said) for pk, truth, said in rows if pk in first and not _wrong(truth, first[pk])]
    return share(sum(_wrong(truth, said) for truth, said in right), len(right))


def _wrong(truth: str, said: str) -> bool:
    return (Finding(truth) in SENT_ON) != (Finding(said) in SENT_ON)
