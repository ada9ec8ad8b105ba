"""Curves and areas with intervals that draw whole patients, so that two eyes of one person count as one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from inference.thresholds.calibration import Truth, Values, clopper_pearson, wilson

Names = npt.NDArray[np.str_]
ROUNDS, BATCH = 2000, 100
LIMITS = (2.5, 97.5)


@dataclass(frozen=True)
class Area:
    """An area under the ROC curve, its standard error over patients and its 95 % interval on the logit scale."""

    value: float
    error: float
    low: float
    high: float


def area(scores: Values, positive: Truth, patient: Names) -> Area:
    """The area with the cluster-robust variance of DeLong's placements (Obuchowski 1997). Needs both classes."""
    lifts, value = _influence(scores, positive)
    _, member = np.unique(patient, return_inverse=True)
    groups = np.bincount(member, lifts)
    error = float(np.sqrt((groups**2).sum() * len(groups) / max(1, len(groups) - 1)))
    if not 0 < value < 1 or error == 0:
        # No variance says nothing: the exact interval of the smaller side does, each person counted once.
        smaller = min(len(np.unique(patient[side])) for side in (positive, ~positive))
        low, high = clopper_pearson(round(value * smaller), smaller)
        return Area(value, error, min(low, value), max(high, value))
    middle, reach = np.log(value / (1 - value)), 1.959964 * error / (value * (1 - value))
    low, high = special.expit([middle - reach, middle + reach])
    return Area(value, error, float(low), float(high))


def _influence(scores: Values, positive: Truth) -> tuple[Values, float]:
    """How far each picture moves the area, and the area."""
    ill, well = np.sort(scores[positive]), np.sort(scores[~positive])
    if not ill.size or not well.size:
        raise ValueError("an area needs both classes")
    over = (np.searchsorted(well, scores, "left") + np.searchsorted(well, scores, "right")) / (2 * well.size)
    under = 1 - (np.searchsorted(ill, scores, "left") + np.searchsorted(ill, scores, "right")) / (2 * ill.size)
    value = float(over[positive].mean())
    return np.where(positive, (over - value) / ill.size, (under - value) / well.size), value


def drawn(patient: Names, rounds: int = ROUNDS, seed: int = 20) -> Iterator[Values]:
    """Bootstrap weights [batch, n]: how often each picture is in, where whole patients are drawn with replacement."""
    rng = np.random.default_rng(seed)
    names, member = np.unique(patient, return_inverse=True)
    even = np.full(len(names), 1 / len(names))
    for start in range(0, rounds, BATCH):
        size = min(BATCH, rounds - start)
        yield rng.multinomial(len(names), even, size=size)[:, member].astype(np.float64)


def bootstrap_area(
    scores: Values, positive: Truth, patient: Names, rounds: int = ROUNDS, seed: int = 20
) -> tuple[float, float] | None:
    """The percentile 95 % interval of the area over draws of whole patients; None where every draw gives the same."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    ill = positive[order]
    areas: list[float] = []
    for weights in drawn(patient, rounds, seed):
        sorted_weights = weights[:, order]
        ones = np.add.reduceat(sorted_weights * ill, starts, axis=1)
        zeros = np.add.reduceat(sorted_weights * ~ill, starts, axis=1)
        below = np.cumsum(zeros, axis=1) - zeros / 2
        whole = ones.sum(axis=1) * zeros.sum(axis=1)
        areas += ((ones * below).sum(axis=1)[whole > 0] / whole[whole > 0]).tolist()
    return _ends(areas)


def bootstrap_share(
    right: Truth, among: Truth, patient: Names, rounds: int = ROUNDS, seed: int = 20
) -> tuple[float, float] | None:
    """The percentile 95 % interval of the share of `right` among `among`, over draws of whole patients; None where
    every draw gives the same, as for 40 of 40: such an interval has no width and would say more than is known."""
    shares: list[float] = []
    for weights in drawn(patient[among], rounds, seed):
        whole = weights.sum(axis=1)
        shares += (weights[:, right[among]].sum(axis=1)[whole > 0] / whole[whole > 0]).tolist()
    return _ends(shares)


def _ends(figures: list[float]) -> tuple[float, float] | None:
    if not figures or min(figures) == max(figures):
        return None
    low, high = np.percentile(figures, LIMITS)
    return float(low), float(high)


def roc(scores: Values, positive: Truth) -> tuple[Values, Values]:
    """False positive rate and sensitivity at every threshold, both rising from 0 to 1."""
    cuts = np.unique(scores)[::-1]
    ill, well = np.sort(scores[positive]), np.sort(scores[~positive])
    sensitivity = 1 - np.searchsorted(ill, cuts) / ill.size
    false = 1 - np.searchsorted(well, cuts) / well.size
    return np.r_[0.0, false], np.r_[0.0, sensitivity]


@dataclass(frozen=True)
class Bin:
    """One bin of a calibration curve: mean score, share of disease and its Wilson interval."""

    score: float
    share: float
    low: float
    high: float
    pictures: int


def calibration_curve(scores: Values, positive: Truth, bins: int = 10) -> list[Bin]:
    """Equally filled bins of rising score; equal scores stay together."""
    order = np.argsort(scores, kind="stable")
    edges = np.unique(
        [np.searchsorted(scores[order], scores[part[0]]) for part in np.array_split(order, bins) if len(part)]
    )
    curve = []
    for part in np.split(order, edges[1:]):
        hits = int(positive[part].sum())
        curve.append(Bin(float(scores[part].mean()), hits / len(part), *wilson(hits, len(part)), len(part)))
    return curve


def expected_error(curve: list[Bin]) -> float:
    """Expected calibration error: the mean distance between score and share of disease, weighted by pictures."""
    whole = sum(one.pictures for one in curve)
    return sum(one.pictures * abs(one.score - one.share) for one in curve) / whole


def brier(scores: Values, positive: Truth) -> float:
    """Mean squared distance between score and answer (Brier 1950)."""
    return float(np.mean((scores - positive) ** 2))


def net_benefit(scores: Values, positive: Truth, risks: Values) -> tuple[Values, Values]:
    """Net benefit of referring at each risk, and of referring everybody (Vickers and Elkin 2006).

    `risks` are the shares of disease from which one would refer; referring nobody has benefit 0.
    """
    ill, well = np.sort(scores[positive]), np.sort(scores[~positive])
    whole, odds = len(scores), risks / (1 - risks)
    hits = ill.size - np.searchsorted(ill, risks)
    false = well.size - np.searchsorted(well, risks)
    return (hits - false * odds) / whole, (ill.size - well.size * odds) / whole
