"""How far readers agree with each other and with the truth. Pure.

Kappa as Cohen (1960), weighted as Cohen (1968); shares with their exact 95 % interval (Clopper and Pearson, 1934).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from screening.rules.grades import Finding

SENT_ON = frozenset({Finding.UNGRADABLE, Finding.REFERABLE, Finding.URGENT})
CONFIDENCE = 0.95
NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Share:
    """`hits` of `of`, as a share from 0 to 1 with its exact 95 % interval; all None when there is nothing to count."""

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None


def share(hits: int, of: int) -> Share:
    """The share of hits. Raises ValueError for more hits than there are."""
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of}")
    if of == 0:
        return Share(0, 0, None, None, None)
    interval = binomtest(hits, of).proportion_ci(CONFIDENCE, method="exact")
    return Share(hits, of, hits / of, float(interval.low), float(interval.high))


def kappa(
    one: Sequence[Hashable], other: Sequence[Hashable], scale: Sequence[Hashable], power: int = 0
) -> float | None:
    """Cohen's kappa of two raters over the same cases.

    `scale`: the possible ratings in order. `power`: 0 counts every disagreement alike, 1 weighs it by its distance
    on the scale, 2 by the square of it. None when it is not defined: no case, or only one rating ever given.
    Raises ValueError for raters of different length, or a rating that is not on the scale.
    """
    at = {rating: place for place, rating in enumerate(scale)}
    pairs = [(at[a], at[b]) for a, b in _paired(one, other, at)]
    if not pairs:
        return None
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    seen = sum(_weight(a, b, power) for a, b in pairs) / len(pairs)
    chance = sum(_weight(a, b, power) * first.count(a) * second.count(b) for a in set(first) for b in set(second))
    chance /= len(pairs) ** 2
    return None if chance == 0 else 1 - seen / chance


def kappa_interval(
    one: Sequence[Hashable], other: Sequence[Hashable], scale: Sequence[Hashable]
) -> tuple[float, float] | None:
    """The 95 % interval of unweighted `kappa`, within [-1, 1]. None where kappa is not defined.

    Standard error of Fleiss, Cohen and Everitt (Psychological Bulletin 1969; 72: 323). Where the raters never differ
    (or always do) that error is 0, however few the cases: then the exact interval of the share they agree on is
    carried over to kappa, with chance agreement as observed.
    """
    value = kappa(one, other, scale)
    if value is None:
        return None
    n = len(one)
    pairs, first, second = (Counter(zip(one, other, strict=True)), Counter(one), Counter(other))
    chance = sum(first[r] * second[r] for r in scale) / n**2
    agreed = sum(pairs[r, r] for r in scale) / n
    if agreed in (0, 1):
        found = share(round(agreed * n), n)
        low, high = ((end - chance) / (1 - chance) for end in (found.low or 0.0, found.high or 0.0))
    else:
        error = math.sqrt(max(0.0, _variance(pairs, first, second, agreed, chance)))
        low, high = value - NORMAL_95 * error, value + NORMAL_95 * error
    return max(-1.0, low), min(1.0, high)


def _variance(
    pairs: Counter[tuple[Hashable, Hashable]], first: Counter[Hashable], second: Counter[Hashable],
    agreed: float, chance: float,
) -> float:  # fmt: skip
    n = pairs.total()
    spread = sum(
        count / n * ((a == b) * (1 - chance) - (second[a] + first[b]) / n * (1 - agreed)) ** 2
        for (a, b), count in pairs.items()
    )
    return (spread - (agreed * chance - 2 * chance + agreed) ** 2) / (n * (1 - chance) ** 4)


def _paired(
    one: Sequence[Hashable], other: Sequence[Hashable], at: dict[Hashable, int]
) -> list[tuple[Hashable, Hashable]]:
    pairs = list(zip(one, other, strict=True))
    strange = {rating for pair in pairs for rating in pair} - set(at)
    if strange:
        raise ValueError(f"not on the scale: {sorted(map(str, strange))}")
    return pairs


def _weight(a: int, b: int, power: int) -> float:
    return float(a != b) if power == 0 else float(abs(a - b) ** power)


@dataclass(frozen=True)
class Accuracy:
    """Of the diseased, how many were sent on; of the healthy, how many were not."""

    sensitivity: Share
    specificity: Share


def accuracy(truth: Sequence[Finding], said: Sequence[Finding]) -> Accuracy:
    """Sensitivity and specificity for "this patient must be seen". What cannot be graded is sent on, never cleared.

    A case whose truth is that it cannot be graded has neither: sent on is right, cleared is wrong, as with disease.
    """
    pairs = list(zip(truth, said, strict=True))
    ill = [s for t, s in pairs if t in SENT_ON]
    well = [s for t, s in pairs if t not in SENT_ON]
    return Accuracy(
        share(sum(s in SENT_ON for s in ill), len(ill)), share(sum(s not in SENT_ON for s in well), len(well))
    )
