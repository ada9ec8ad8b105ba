"""What each threshold would mean for a programme, whether it holds on people it was not set on, and whether groups
may have thresholds of their own. Pure.

The outputs are those of WHO/TDR's toolkit for local calibration of computer-aided detection (2021): counts, rates,
missed people, confirmatory tests and cost per true case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.statistics import Names, Truth, Values
from inference.statistics.shares import lower_bound
from inference.thresholds.calibration import (
    Row,
    Threshold,
    TooFewPositives,
    choose_threshold,
    count,
    operating_table,
    positives_needed,
)

SPLITS = 200
LEAST_KEPT = 0.90
# What the fairness guard allows: sensitivity a group may lose against the shared threshold, and how far apart the
# specificities, so the needless referrals, of two groups may lie.
MOST_LOST, MOST_BURDEN = 0.05, 0.10


@dataclass(frozen=True)
class Setting:
    """Who will be screened, and what it costs. `prevalence` 0..1, None: as in the set; costs in any one currency."""

    people: int = 1000
    prevalence: float | None = None
    screen_cost: float = 0.0
    confirm_cost: float = 0.0


@dataclass(frozen=True)
class Yield:
    """One threshold in a setting. Counts of `row` are of the set; all others are expected among `people` screened."""

    row: Row
    sensitivity_lower: float
    true_cases: float
    missed: float
    false_referrals: float
    cleared: float
    confirmatory_tests: float
    cost: float
    ppv: float | None
    npv: float | None

    @property
    def tests_per_true_case(self) -> float | None:
        return self.confirmatory_tests / self.true_cases if self.true_cases else None

    @property
    def cost_per_true_case(self) -> float | None:
        return self.cost / self.true_cases if self.true_cases else None


def yields(
    scores: npt.ArrayLike, positive: npt.ArrayLike, setting: Setting, confidence: float = 0.95,
    thresholds: Sequence[float] | None = None,
) -> list[Yield]:  # fmt: skip
    """One Yield per threshold, rising; without `thresholds`, at each different score. Needs both classes."""
    truth = np.asarray(positive, np.bool_)
    if truth.all() or not truth.any():
        raise ValueError("a table of thresholds needs people with and without disease")
    return yields_of(operating_table(scores, positive, thresholds), setting, confidence)


def yields_of(rows: Sequence[Row], setting: Setting, confidence: float = 0.95) -> list[Yield]:
    """The same from counts. Every row counts at least one person with and one without disease."""
    return [_yield(row, setting, confidence) for row in rows]


def _yield(row: Row, setting: Setting, confidence: float) -> Yield:
    ill, well = row.tp + row.fn, row.fp + row.tn
    prevalence = ill / (ill + well) if setting.prevalence is None else setting.prevalence
    with_disease = setting.people * prevalence
    found = with_disease * row.tp / ill
    false = (setting.people - with_disease) * row.fp / well
    missed, cleared = with_disease - found, setting.people - with_disease - false
    return Yield(
        row, lower_bound(row.tp, ill, confidence), found, missed, false, cleared, found + false,
        setting.people * setting.screen_cost + (found + false) * setting.confirm_cost,
        found / (found + false) if found + false else None, cleared / (cleared + missed) if cleared + missed else None,
    )  # fmt: skip


@dataclass(frozen=True)
class HeldOut:
    """Of `splits` random halvings, in how many a threshold set on one half kept the target on the other."""

    splits: int
    kept: int

    @property
    def share(self) -> float:
        return self.kept / self.splits

    @property
    def holds(self) -> bool:
        return self.share >= LEAST_KEPT


def held_out(
    scores: npt.ArrayLike, positive: npt.ArrayLike, target: float, confidence: float = 0.95,
    *, splits: int = SPLITS, seed: int = 1,
) -> HeldOut:  # fmt: skip
    """Set the threshold on a random half, measure sensitivity on the other half, `splits` times.

    One row per person. Raises TooFewPositives where half of the positives cannot prove the target.
    """
    values, truth = np.asarray(scores, np.float64), np.asarray(positive, np.bool_)
    ill, well = np.flatnonzero(truth), np.flatnonzero(~truth)
    if (half := ill.size // 2) < (needed := positives_needed(target, confidence)):
        raise TooFewPositives(2 * needed, int(ill.size))
    rng, kept = np.random.default_rng(seed), 0
    for _ in range(splits):
        ill, well = rng.permutation(ill), rng.permutation(well)
        learn = np.r_[ill[:half], well[: well.size // 2]]
        chosen = choose_threshold(values[learn], truth[learn], target, confidence, repeat=True)
        kept += float((values[ill[half:]] >= chosen.threshold).mean()) >= target
    return HeldOut(splits, kept)


# ------------------------------------------------------------------------------------------------ thresholds by group


@dataclass(frozen=True)
class Stratum:
    """One group: `own` is its threshold, None where `missing` more positives are needed; `shared` counts its people
    at the threshold of all. Without an own threshold a person reads."""

    name: str
    own: Threshold | None
    missing: int
    shared: Row


@dataclass(frozen=True)
class Stratified:
    """Thresholds by group, the threshold of all, and why the guard refuses (empty: it does not).

    `refused` holds codes: unproven (a group cannot prove the target), less_found (a group would lose cases it has
    today), burden (needless referrals fall on one group).
    """

    shared: Threshold
    strata: tuple[Stratum, ...]
    refused: tuple[str, ...]


def stratified(
    scores: npt.ArrayLike, positive: npt.ArrayLike, strata: Names, target: float, confidence: float = 0.95
) -> Stratified:
    """A threshold for each group of `strata` [n], guarded. Raises TooFewPositives where even all together are few."""
    values, truth = np.asarray(scores, np.float64), np.asarray(positive, np.bool_)
    shared = choose_threshold(values, truth, target, confidence, repeat=True)
    found = tuple(
        _stratum(str(name), values[strata == name], truth[strata == name], shared, confidence)
        for name in np.unique(strata)
    )
    return Stratified(shared, found, guard(found))


def _stratum(name: str, values: Values, truth: Truth, shared: Threshold, confidence: float) -> Stratum:
    at_shared = count(values, truth, shared.threshold)
    try:
        own = choose_threshold(values, truth, shared.target, confidence, repeat=True)
    except TooFewPositives as few:
        return Stratum(name, None, few.missing, at_shared)
    return Stratum(name, own, 0, at_shared)


def guard(strata: Sequence[Stratum]) -> tuple[str, ...]:
    """Why these groups may not have thresholds of their own, as codes; see Stratified."""
    refused = []
    if any(one.own is None for one in strata):
        refused.append("unproven")
    own = [(one.own, one.shared) for one in strata if one.own]
    if any((at.sensitivity or 0.0) - mine.sensitivity > MOST_LOST for mine, at in own):
        refused.append("less_found")
    cleared = [mine.specificity for mine, _ in own if mine.specificity is not None]
    if cleared and max(cleared) - min(cleared) > MOST_BURDEN:
        refused.append("burden")
    return tuple(refused)
