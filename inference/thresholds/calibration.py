"""Raw output to calibrated score; thresholds for a target sensitivity, with their confidence bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from inference.statistics import Values
from inference.statistics.areas import checked
from inference.statistics.shares import lower_bound


class TooFewPositives(ValueError):
    """Even a threshold that finds every positive cannot prove the target: `needed` positives, `have` given."""

    def __init__(self, needed: int, have: int) -> None:
        super().__init__(f"{needed} positives are needed and {have} are there: {needed - have} are missing.")
        self.needed = needed
        self.have = have

    @property
    def missing(self) -> int:
        return self.needed - self.have


@dataclass(frozen=True)
class Row:
    """Counts and rates of calling every score >= threshold positive. A rate without cases is None."""

    threshold: float
    tp: int
    fp: int
    tn: int
    fn: int

    @property
    def sensitivity(self) -> float | None:
        return _share(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> float | None:
        return _share(self.tn, self.tn + self.fp)

    @property
    def ppv(self) -> float | None:
        return _share(self.tp, self.tp + self.fp)

    @property
    def npv(self) -> float | None:
        return _share(self.tn, self.tn + self.fn)


@dataclass(frozen=True)
class Threshold:
    """A threshold and its evidence: `row` the counts at it, `sensitivity_lower` the one-sided exact bound.

    `repeats` is the exact chance that a check on as many new positives measures at least the target.
    """

    threshold: float
    target: float
    confidence: float
    sensitivity: float
    sensitivity_lower: float
    specificity: float | None
    row: Row
    repeats: float


def softmax(logits: npt.ArrayLike) -> Values:
    """Over the last axis; any finite input is safe."""
    values = np.asarray(logits, np.float64)
    grown = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), np.float64)


def sigmoid(logits: npt.ArrayLike) -> Values:
    """Any finite input is safe."""
    # tanh saturates quietly where exp would overflow.
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, np.float64))), np.float64)


def activate(logits: npt.ArrayLike, activation: str, temperature: float = 1.0) -> Values:
    """Divide by the temperature (> 0), then "softmax", "sigmoid" or "none"."""
    values = np.asarray(logits, np.float64) / temperature
    if activation == "softmax":
        return softmax(values)
    return sigmoid(values) if activation == "sigmoid" else values


def positives_needed(target: float, confidence: float = 0.95) -> int:
    """The fewest positives, all of them found, that prove a sensitivity of `target` (0 < target < 1)."""
    # All n found gives the exact lower bound (1 - confidence) ** (1 / n).
    needed = max(1, int(np.ceil(np.log(1 - confidence) / np.log(target))))
    return next(n for n in range(max(1, needed - 1), needed + 2) if lower_bound(n, n, confidence) >= target)


def choose_threshold(
    scores: npt.ArrayLike, positive: npt.ArrayLike, target: float, confidence: float = 0.95, *, repeat: bool = False
) -> Threshold:
    """The highest threshold whose one-sided exact lower bound of sensitivity is at least `target`.

    With `repeat` it is lowered further, where the positives allow it, until a check on as many new people would
    itself measure the target with the same confidence: the bound speaks of the true sensitivity, a check also has
    chance of its own.

    `scores` [n] finite, `positive` [n] true or false, one per person where photos of a person are alike. A score >=
    threshold is called positive. The threshold is the score of one of the positives.
    Raises TooFewPositives, and ValueError for bad input.
    """
    values, truth = checked(scores, positive)
    if not (0 < target < 1 and 0 < confidence < 1):
        raise ValueError("target and confidence lie between 0 and 1")
    found = np.sort(values[truth])
    needed = positives_needed(target, confidence)
    if found.size < needed:
        raise TooFewPositives(needed, int(found.size))
    proven = [m for m in _misses(found) if lower_bound(found.size - m, found.size, confidence) >= target]
    missed = max(proven)
    if repeat:
        missed = max((m for m in proven if repeat_chance(m, found.size, found.size, target) >= confidence), default=0)
    row = count(values, truth, float(found[missed]))
    return Threshold(
        float(found[missed]), target, confidence, row.tp / (row.tp + row.fn),
        lower_bound(row.tp, row.tp + row.fn, confidence), row.specificity, row,
        repeat_chance(missed, found.size, found.size, target),
    )  # fmt: skip


def repeat_chance(missed: int, of: int, ahead: int, target: float) -> float:
    """The chance that `ahead` new positives show a sensitivity of at least `target` at a threshold that missed
    `missed` of `of` positives and equals the score of the next one.

    Exact whatever the scores look like, as long as old and new people are alike: the number of new positives below an
    order statistic is negative hypergeometric (Wilks 1942).
    """
    allowed = int(np.floor(ahead * (1 - target) + 1e-9))
    below = np.arange(allowed + 1)
    logs = (
        _log_choose(below + missed, missed)
        + _log_choose(of - missed - 1 + ahead - below, ahead - below)
        - _log_choose(of + ahead, ahead)
    )
    return float(min(1.0, np.exp(logs).sum()))


def _log_choose(n: npt.ArrayLike, k: npt.ArrayLike) -> Values:
    n, k = np.asarray(n, np.float64), np.asarray(k, np.float64)
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1), np.float64)


def count(scores: npt.ArrayLike, positive: npt.ArrayLike, threshold: float) -> Row:
    """The four counts of calling every score >= threshold positive."""
    values, truth = checked(scores, positive)
    called = values >= threshold
    return Row(
        threshold,
        int((called & truth).sum()),
        int((called & ~truth).sum()),
        int((~called & ~truth).sum()),
        int((~called & truth).sum()),
    )


def operating_table(
    scores: npt.ArrayLike, positive: npt.ArrayLike, thresholds: Sequence[float] | None = None
) -> list[Row]:
    """One row per threshold, rising; without `thresholds`, one at each different score."""
    values, truth = checked(scores, positive)
    cuts = np.unique(values if thresholds is None else np.asarray(thresholds, np.float64))
    ill, well = np.sort(values[truth]), np.sort(values[~truth])
    missed, cleared = np.searchsorted(ill, cuts), np.searchsorted(well, cuts)
    return [
        Row(float(cut), int(ill.size - fn), int(well.size - tn), int(tn), int(fn))
        for cut, fn, tn in zip(cuts, missed, cleared, strict=True)
    ]


def _misses(found: Values) -> list[int]:
    """How many positives are missed when the threshold is one of their scores (ties are found together)."""
    return [int(missed) for missed in np.unique(np.searchsorted(found, found, "left"))]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
