"""Has what comes in changed? Two looks at the last cases against earlier ones. Pure.

The index: PSI = sum over bins of (recent share - reference share) x ln(recent share / reference share). Where
nothing has changed it is, but for chance, (1/recent + 1/reference) times a chi-square of bins - 1 degrees of freedom
(Yurdakul and Naranjo, J. Risk Model Validation 2020), so the limit follows from the sizes, not from a rule of thumb.
It sees any change of shape, large ones soon.

The trend: a cumulative sum (Page, Biometrika 1954) over at most the last 200 cases. It adds up small steps in one
direction, so it sees early what the index sees late. Scores enter by their rank among the earlier ones, so that the
limits hold whatever scores look like; ungradable pictures by their likelihood ratio. Limits are set by simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special  # not scipy.stats: that takes two seconds to import

Values = npt.NDArray[np.float64]
REFERENCE = 400  # cases the watch learns from before it watches
LEAST = 200  # of them with a score; ungradable ones have none
WINDOWS = (50, 100, 200)  # short ones see a broken lens soon, the long one a slow change
BINS = 5
# Chance of an alarm at one look at one window where nothing changed. docs/packs.md says what all looks add up to.
CHANCE = 1e-5
# The trend: scores count what lies more than this many deviations beyond usual; the share of bad pictures counts as if
# its odds were so many times the usual ones. Limits by tests/drift_simulation.py.
SLACK, SCORE_LIMIT = 0.25, 22.0
ODDS, SHARE_LIMIT = 2.5, 7.2


@dataclass(frozen=True)
class Shift:
    """The recent cases differ: `value` over `limit`, in the last `recent` cases.

    `sign` says what was looked at: "index" the stability index, "higher" and "lower" the trend.
    """

    value: float
    limit: float
    recent: int
    sign: str = "index"

    @property
    def excess(self) -> float:
        return self.value / self.limit


def psi(reference: npt.ArrayLike, recent: npt.ArrayLike) -> Values:
    """The index from counts per bin (last axis). Half a case more in every bin keeps an empty one from infinity."""
    before, now = np.asarray(reference, np.float64) + 0.5, np.asarray(recent, np.float64) + 0.5
    before, now = before / before.sum(axis=-1, keepdims=True), now / now.sum(axis=-1, keepdims=True)
    return np.asarray(((now - before) * np.log(now / before)).sum(axis=-1), np.float64)


def limit(reference: int, recent: int, bins: int) -> float:
    """The index that chance alone exceeds with probability CHANCE. `bins` >= 2."""
    return float((1 / reference + 1 / recent) * special.chdtri(bins - 1, CHANCE))


def edges(reference: npt.ArrayLike) -> Values:
    """Where to cut numbers into bins that held equally many reference cases; what many share is one."""
    inner = np.quantile(np.asarray(reference, np.float64), np.linspace(0, 1, BINS + 1)[1:-1])
    cuts = np.unique(inner)
    if cuts.size < inner.size:
        # Many cases share one value: it gets a bin of its own, so that a move to either side is seen.
        cuts = np.unique(np.concatenate([cuts, np.nextafter(cuts, np.inf)]))
    return cuts


def binned(values: npt.ArrayLike, cuts: npt.ArrayLike) -> npt.NDArray[np.intp]:
    return np.searchsorted(np.asarray(cuts, np.float64), np.asarray(values, np.float64), side="right")


def numbers_shifted(reference: Sequence[float], recent: Sequence[float]) -> Shift | None:
    """Whether numbers (scores) moved. `recent` in the order they came, all of them since the reference."""
    if len(reference) < LEAST:
        return None
    cuts = edges(reference)
    return _shifted(binned(reference, cuts), binned(recent, cuts), len(cuts) + 1)


def kinds_shifted(reference: Sequence[str], recent: Sequence[str]) -> Shift | None:
    """Whether the mix of kinds (why ungradable, capture class) moved. What is new counts as one more kind."""
    kinds = {kind: at for at, kind in enumerate(sorted(set(reference)))}
    other = len(kinds)
    codes = [np.array([kinds.get(kind, other) for kind in said], np.intp) for said in (reference, recent)]
    return _shifted(codes[0], codes[1], other + 1)


def _shifted(reference: npt.NDArray[np.intp], recent: npt.NDArray[np.intp], bins: int) -> Shift | None:
    if bins < 2 or reference.size < LEAST:
        return None
    before = np.bincount(reference, minlength=bins)
    found = []
    for window in WINDOWS:
        if recent.size >= window:
            index = float(psi(before, np.bincount(recent[-window:], minlength=bins)))
            allowed = limit(reference.size, window, bins)
            found.append(Shift(index, allowed, window) if index > allowed else None)
    return strongest(*found)


def strongest(*found: Shift | None) -> Shift | None:
    """The shift farthest over its limit; None where there is none."""
    return max((one for one in found if one), key=lambda one: one.excess, default=None)


def score_steps(reference: npt.ArrayLike, recent: npt.ArrayLike) -> Values:
    """Each recent score as a normal deviate, by its rank among the reference (ties: half way)."""
    ranked = np.sort(np.asarray(reference, np.float64))
    now = np.asarray(recent, np.float64)
    below, upto = np.searchsorted(ranked, now, "left"), np.searchsorted(ranked, now, "right")
    return np.asarray(special.ndtri(((below + upto) / 2 + 0.5) / (ranked.size + 1)), np.float64)


def share_steps(reference: npt.ArrayLike, recent: npt.ArrayLike) -> Values:
    """What each recent case adds to the evidence that the share of true ones has grown (its log likelihood ratio)."""
    before = np.asarray(reference, np.bool_)
    hits = int(before.sum())
    # Half a standard error more than was seen: a share learnt from few cases must not make noise of its own error.
    usual = (hits + 0.5 * np.sqrt(hits) + 1) / (before.size + 2)
    odds = ODDS * usual / (1 - usual)
    feared = odds / (1 + odds)
    hit, miss = np.log(feared / usual), np.log((1 - feared) / (1 - usual))
    return np.asarray(np.where(np.asarray(recent, np.bool_), hit, miss), np.float64)


def scores_trend(reference: Sequence[float], recent: Sequence[float]) -> Shift | None:
    """Whether scores have crept up or down. `recent` in the order they came."""
    if len(reference) < LEAST:
        return None
    steps = score_steps(reference, recent)
    return strongest(
        _crept(steps - SLACK, SCORE_LIMIT, "higher"),
        _crept(-steps - SLACK, SCORE_LIMIT, "lower"),
    )


def share_trend(reference: Sequence[bool], recent: Sequence[bool]) -> Shift | None:
    """Whether the share of true ones (bad pictures) has crept up. None too where all or none were true before."""
    if len(reference) < LEAST or all(reference):
        return None
    return _crept(share_steps(reference, recent), SHARE_LIMIT, "higher")


def _crept(steps: Values, allowed: float, sign: str) -> Shift | None:
    """The largest sum of the last so many steps, where it is over the limit."""
    sums = np.cumsum(steps[: -max(WINDOWS) - 1 : -1])
    if not sums.size or not sums.max() > allowed:
        return None
    return Shift(float(sums.max()), allowed, int(sums.argmax()) + 1, sign)
