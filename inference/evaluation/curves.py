"""What scores do over the whole range: the ROC curve, how honest they are, and what use they would be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.statistics import Truth, Values
from inference.statistics.shares import wilson


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
