"""How sure, and how long: a share with its interval, a time with its spread."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from statistics import median

from inference.statistics.shares import wilson
from screening.figures.counted_visits import Visit

TOO_FEW = 10  # below this many visits a rate says nothing


@dataclass(frozen=True)
class Rate:
    """A share with its Wilson 95 % interval, all in [0, 1]; None where too few to tell."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, part: int, whole: int) -> Rate:
        if whole < TOO_FEW:
            return cls(part, whole, None, None, None)
        low, high = wilson(part, whole)
        return cls(part, whole, part / whole, low, high)


@dataclass(frozen=True)
class Spread:
    """How long something took: how many were timed, the median and the 95th percentile, None where none was."""

    timed: int
    median: timedelta | None
    p95: timedelta | None

    @classmethod
    def of(cls, took: Sequence[timedelta]) -> Spread:
        if not took:
            return cls(0, None, None)
        seconds = sorted(t.total_seconds() for t in took)
        # Nearest rank: a time that really occurred, never one in between.
        p95 = seconds[ceil(0.95 * len(seconds)) - 1]
        return cls(len(took), timedelta(seconds=median(seconds)), timedelta(seconds=p95))


def to_decision(visits: Sequence[Visit]) -> list[timedelta]:
    """Per picture: from its receipt to the first decision after it."""
    took = []
    for visit in visits:
        for picture in visit.pictures:
            at = bisect_left(visit.decided, picture.received_at)
            if at < len(visit.decided):
                took.append(visit.decided[at] - picture.received_at)
    return took


def to_answer(visits: Sequence[Visit]) -> list[timedelta]:
    """Per answered visit: from asking the specialist to the answer."""
    return [v.answered_at - v.asked_at for v in visits if v.answered_at and v.asked_at]
