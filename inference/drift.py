"""Has what comes in changed? The population stability index of the last cases against earlier ones. Pure.

PSI = sum over bins of (recent share - reference share) x ln(recent share / reference share). Where nothing has changed
it is, but for chance, (1/recent + 1/reference) times a chi-square of bins - 1 degrees of freedom (Yurdakul and
Naranjo, J. Risk Model Validation 2020), so the limit follows from the sizes instead of a rule of thumb.
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


@dataclass(frozen=True)
class Shift:
    """The recent cases differ: `psi` over `limit`, in the last `recent` cases."""

    psi: float
    limit: float
    recent: int


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
    return max((one for one in found if one), key=lambda one: one.psi / one.limit, default=None)
