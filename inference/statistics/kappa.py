"""Agreement of two raters beyond chance: Cohen's kappa (1960), weighted (1968), with its interval."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from inference.statistics import Values
from inference.statistics.shares import Interval, bounded_mean, normal_reach

NONE = 1e-12  # a variance below this is none: what is left of sums that cancel


@dataclass(frozen=True)
class Kappa:
    """1 is always the same, 0 no better than chance; with its interval, within -1..1."""

    value: float
    low: float
    high: float


def kappa(
    one: Sequence[Hashable], other: Sequence[Hashable], scale: Sequence[Hashable], power: int = 0,
    confidence: float = 0.95,
) -> Kappa | None:  # fmt: skip
    """Cohen's kappa of two raters over the same cases.

    `scale`: the possible ratings in order. `power`: 0 counts every disagreement alike, 1 weighs it by its distance
    on the scale, 2 by the square of it. None when it is not defined: no case, or only one rating ever given.
    Raises ValueError for raters of different length, or a rating that is not on the scale.
    """
    shares = _shares(one, other, scale)
    if not len(one):
        return None
    cost, first, second = _cost(len(scale), power), shares.sum(axis=1), shares.sum(axis=0)
    seen, chance = float((cost * shares).sum()), float(first @ cost @ second)
    if chance == 0:
        return None
    value = 1 - seen / chance
    variance = _variance(shares, 1 - cost, value, chance) / len(one)
    if variance > NONE:
        reach = normal_reach(confidence) * math.sqrt(variance)
        low, high = value - reach, value + reach
    else:
        low, high = _without_variance(seen, chance, len(one), confidence)
    return Kappa(value, max(-1.0, low), min(1.0, high))


def _shares(one: Sequence[Hashable], other: Sequence[Hashable], scale: Sequence[Hashable]) -> Values:
    """The share of cases with each pair of ratings [scale, scale]."""
    at = {rating: place for place, rating in enumerate(scale)}
    pairs = list(zip(one, other, strict=True))
    if strange := {rating for pair in pairs for rating in pair} - set(at):
        raise ValueError(f"not on the scale: {sorted(map(str, strange))}")
    table = np.zeros((len(scale), len(scale)))
    for a, b in pairs:
        table[at[a], at[b]] += 1
    return table / max(1, len(pairs))


def _cost(size: int, power: int) -> Values:
    """What each pair of ratings costs: 0 where they are the same, 1 where they could not be farther apart."""
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / max(1, size - 1)
    return np.asarray(apart**power if power else apart > 0, np.float64)


def _variance(shares: Values, alike: Values, value: float, chance: float) -> float:
    """Of one case (Fleiss, Cohen and Everitt, Psychological Bulletin 1969; 72: 323)."""
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    usual = np.add.outer(alike @ second, first @ alike)
    spread = float((shares * (alike - usual * (1 - value)) ** 2).sum())
    return (spread - (value - (1 - chance) * (1 - value)) ** 2) / chance**2


def _without_variance(seen: float, chance: float, cases: int, confidence: float) -> Interval:
    """Where the raters never differ, or always in one way, there is no variance, however few the cases: then the
    interval of what they differ by is carried over, chance taken as observed."""
    low, high = bounded_mean(seen, cases, confidence)
    return 1 - high / chance, 1 - low / chance
