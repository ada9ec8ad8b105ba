"""Shares and their intervals: exact, Wilson's, by person, and one that holds for any mean of values in 0..1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from inference.statistics import Names, Truth
from inference.statistics.people import ROUNDS, design_effect, drawn

LIMITS = (2.5, 97.5)
HALVINGS = 60  # of an interval below 1: as fine as a float can be
Interval = tuple[float, float]


@dataclass(frozen=True)
class Share:
    """`hits` of `of`, as a share from 0 to 1 with its 95 % interval; all None when there is nothing to count."""

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None


def share(hits: int, of: int) -> Share:
    """A share with its exact 95 % interval. Raises ValueError for more hits than there are."""
    low, high = clopper_pearson(hits, of)
    return Share(hits, of, hits / of, low, high) if of else Share(0, 0, None, None, None)


def share_of_people(right: Truth, among: Truth, people: Names) -> Share:
    """The share of `right` among `among` with Wilson's 95 % interval of as many as they are worth: pictures of one
    person, where they are alike, count as fewer (the design effect; Kish 1965)."""
    hits, of = int((right & among).sum()), int(among.sum())
    if not of:
        return Share(0, 0, None, None, None)
    alike = design_effect(right[among].astype(np.float64), people[among])
    low, high = wilson(round(hits / alike), max(1, round(of / alike)))
    return Share(hits, of, hits / of, min(low, hits / of), max(high, hits / of))


def clopper_pearson(hits: int, total: int, confidence: float = 0.95) -> Interval:
    """Exact two-sided interval of a proportion (Clopper and Pearson 1934). (0, 1) where total is 0."""
    tail = (1 - confidence) / 2
    return _exact_lower(hits, total, tail), 1 - _exact_lower(total - hits, total, tail)


def lower_bound(hits: int, total: int, confidence: float = 0.95) -> float:
    """Exact one-sided lower bound: with this confidence the true proportion is not below it."""
    return _exact_lower(hits, total, 1 - confidence)


def upper_bound(hits: int, total: int, confidence: float = 0.95) -> float:
    """Exact one-sided upper bound: with this confidence the true proportion is not above it."""
    return 1 - _exact_lower(total - hits, total, 1 - confidence)


def _exact_lower(hits: int, total: int, tail: float) -> float:
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total}: hits lie between 0 and the total")
    return float(special.betaincinv(hits, total - hits + 1, tail)) if hits else 0.0


def wilson(hits: int, total: int, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of a proportion (Wilson 1927). (0, 1) where total is 0."""
    if total == 0:
        return 0.0, 1.0
    z = normal_reach(confidence)
    share, spread = hits / total, z * z / total
    middle = share + spread / 2
    reach = z * float(np.sqrt((share * (1 - share) + spread / 4) / total))
    low, high = (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)
    return (0.0 if hits == 0 else low), (1.0 if hits == total else high)


def normal_reach(confidence: float) -> float:
    """How many standard errors a two-sided interval reaches to each side: 1.96 for 0.95."""
    return float(special.ndtri((1 + confidence) / 2))


def bounded_mean(mean: float, count: int, confidence: float = 0.95) -> Interval:
    """Two-sided interval of the mean of `count` independent values in 0..1, whatever their distribution.

    Inequality 2.1 of Hoeffding (Journal of the American Statistical Association 1963; 58: 13): wider than needed,
    never a point. For a mean of 0 or 1 it is Clopper and Pearson's. (0, 1) where count is 0.
    """
    if count == 0:
        return 0.0, 1.0
    most = float(np.log(2 / (1 - confidence))) / count
    return _farthest(mean, 0.0, most), _farthest(mean, 1.0, most)


def _farthest(mean: float, end: float, most: float) -> float:
    """The number farthest from the mean, towards `end`, whose relative entropy to it is at most `most`."""
    inside, outside = mean, end
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if special.rel_entr(mean, middle) + special.rel_entr(1 - mean, 1 - middle) <= most:
            inside = middle
        else:
            outside = middle
    return inside


def bootstrap_share(right: Truth, among: Truth, people: Names, rounds: int = ROUNDS, seed: int = 20) -> Interval | None:
    """The percentile 95 % interval of the share of `right` among `among`, over draws of whole people (Efron 1979); None
    where every draw gives the same, as for 40 of 40: such an interval has no width and would say more than is known."""
    if not among.any():
        return None
    shares: list[float] = []
    for weights in drawn(people[among], rounds, seed):
        shares += (weights[:, right[among]].sum(axis=1) / weights.sum(axis=1)).tolist()
    if min(shares) == max(shares):
        return None
    low, high = np.percentile(shares, LIMITS)
    return float(low), float(high)
