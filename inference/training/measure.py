"""Figures with their uncertainty: AUC by DeLong, by bootstrap over patients, and per subgroup. Pure numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the two ends of its 95 % interval and the counts behind it."""

    value: float
    low: float
    high: float
    positives: int
    negatives: int

    def __str__(self) -> str:
        counts = f"{self.positives} positive, {self.negatives} negative"
        return f"{self.value:.3f} (95 % interval {self.low:.3f} to {self.high:.3f}; {counts})"


def auc(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve; nan where one class is missing."""
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    ranks = stats.rankdata(scores)
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def delong(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> Interval:
    """AUC with its DeLong 95 % interval (DeLong 1988), for one independent picture per person."""
    ones, zeros = scores[positive].astype(float), scores[~positive].astype(float)
    m, n = len(ones), len(zeros)
    if m < 2 or n < 2:
        return Interval(auc(scores, positive), float("nan"), float("nan"), m, n)
    joint = stats.rankdata(np.concatenate([ones, zeros]))
    of_ones = (joint[:m] - stats.rankdata(ones)) / n
    of_zeros = 1 - (joint[m:] - stats.rankdata(zeros)) / m
    area = float(of_ones.mean())
    half = 1.96 * float(np.sqrt(of_ones.var(ddof=1) / m + of_zeros.var(ddof=1) / n))
    return Interval(area, max(0.0, area - half), min(1.0, area + half), m, n)


def clustered(
    scores: NDArray[np.floating], positive: NDArray[np.bool_], group: NDArray[np.str_], *, rounds: int = 2000
) -> Interval:
    """AUC with a 95 % interval that draws whole patients, so that two eyes of one count as one."""
    rng = np.random.default_rng(20)
    names, member = np.unique(group, return_inverse=True)
    rows = [np.flatnonzero(member == place) for place in range(len(names))]
    areas = []
    for _ in range(rounds):
        drawn = np.concatenate([rows[place] for place in rng.integers(len(rows), size=len(rows))])
        areas.append(auc(scores[drawn], positive[drawn]))
    low, high = np.nanpercentile(areas, [2.5, 97.5])
    ones = int(positive.sum())
    return Interval(auc(scores, positive), float(low), float(high), ones, len(positive) - ones)


def share(hits: int, total: int) -> Interval:
    """A proportion with its exact (Clopper-Pearson) 95 % interval."""
    if not total:
        return Interval(float("nan"), float("nan"), float("nan"), 0, 0)
    low = 0.0 if hits == 0 else float(stats.beta.ppf(0.025, hits, total - hits + 1))
    high = 1.0 if hits == total else float(stats.beta.ppf(0.975, hits + 1, total - hits))
    return Interval(hits / total, low, high, hits, total - hits)
