"""Does something other than disease tell the answer of a set: its source, its kind of file, its picture borders? Pure.

A network can score well on such a set without looking at the organ, and will fail elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.statistics import Names, Truth, Values
from inference.statistics.areas import area

SOURCES = ("source", "hospital", "site", "clinic", "camera", "device", "scanner", "vendor", "view", "tone")
BORDER, THUMBNAIL, FILE_KIND = "border", "thumbnail", "file_kind"
FOLDS, THUMB, RING, RIDGE = 5, 16, 2, 30.0
# An area whose lower end is above this is worth a warning; between 0.5 and it, chance and real risk factors live.
TELLING = 0.6


@dataclass(frozen=True)
class Shortcut:
    """How well `what` alone tells the answer: area with its 95 % interval over patients, out of fold."""

    what: str
    auc: float
    low: float
    high: float

    @property
    def telling(self) -> bool:
        return self.low > TELLING


def shortcuts(
    columns: Mapping[str, Names], small: npt.NDArray[np.uint8] | None, positive: Truth, patient: Names, seed: int = 5
) -> list[Shortcut]:
    """One per column, then one for the borders and one for a thumbnail of every picture. `small` uint8 [n, 32, 32],
    None where there are no pictures."""
    folds = _folds(patient, seed)
    found = [_shortcut(name, _rates(values, positive, folds), positive, patient) for name, values in columns.items()]
    if small is None:
        return found
    thumbs = np.stack([cv2.resize(one, (THUMB, THUMB), interpolation=cv2.INTER_AREA) for one in small])
    inside = np.zeros((THUMB, THUMB), np.bool_)
    inside[RING:-RING, RING:-RING] = True
    for name, cells in ((BORDER, ~inside), (THUMBNAIL, np.ones_like(inside))):
        guess = _ridge(thumbs[:, cells].astype(np.float64) / 255, positive, folds)
        found.append(_shortcut(name, guess, positive, patient))
    return found


def _shortcut(what: str, guess: Values, positive: Truth, patient: Names) -> Shortcut:
    found = area(guess, positive, patient)
    return Shortcut(what, found.value, found.low, found.high)


def _folds(patient: Names, seed: int) -> npt.NDArray[np.int64]:
    names, member = np.unique(patient, return_inverse=True)
    return np.asarray(np.random.default_rng(seed).permutation(len(names))[member] % FOLDS, np.int64)


def _rates(values: Names, positive: Truth, folds: npt.NDArray[np.int64]) -> Values:
    """For each picture, the share of disease among the others of its value, learnt from the other folds."""
    guess = np.zeros(len(values), np.float64)
    for fold in range(FOLDS):
        learn, test = folds != fold, folds == fold
        base = positive[learn].mean() if learn.any() else 0.5
        for value in np.unique(values[test]):
            same = learn & (values == value)
            # Two imagined pictures at the base rate keep a rare value from shouting.
            guess[test & (values == value)] = (positive[same].sum() + 2 * base) / (same.sum() + 2)
    return guess


def _ridge(features: Values, positive: Truth, folds: npt.NDArray[np.int64]) -> Values:
    guess = np.zeros(len(positive), np.float64)
    for fold in range(FOLDS):
        learn, test = folds != fold, folds == fold
        if not learn.any() or not test.any():
            continue
        mean, spread = features[learn].mean(axis=0), features[learn].std(axis=0) + 1e-6
        known = (features[learn] - mean) / spread
        wanted = positive[learn] - positive[learn].mean()
        weights = np.linalg.solve(known.T @ known + RIDGE * np.eye(known.shape[1]), known.T @ wanted)
        guess[test] = (features[test] - mean) / spread @ weights
    return guess
