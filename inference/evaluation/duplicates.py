"""Pictures that stand in a set twice, by perceptual hash and then by their pixels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.evaluation.looks import Look

# Chest films of two people already differ in some 80 of 256 bits; re-compressed copies in fewer than 10.
MOST_BITS = 24
LEAST_LIKENESS = 0.995
BLOCK = 256


@dataclass(frozen=True)
class Twin:
    """Two rows that show the same picture, and how alike their pixels are (correlation, at most 1)."""

    first: int
    second: int
    likeness: float


def twins(looks: Sequence[Look]) -> list[Twin]:
    """Every pair of near copies, the earlier row first."""
    usable = np.array([not one.problem and one.small.std() > 2 for one in looks], np.bool_)
    rows = np.flatnonzero(usable).tolist()
    if len(rows) < 2:
        return []
    prints = np.stack([looks[row].fingerprint for row in rows])
    small = np.stack([_standard(looks[row].small) for row in rows])
    return [
        Twin(rows[a], rows[b], likeness)
        for start in range(0, len(rows), BLOCK)
        for a, b, likeness in _near(prints, small, start)
    ]


def _near(prints: npt.NDArray[np.uint64], small: npt.NDArray[np.float64], start: int) -> list[tuple[int, int, float]]:
    block = prints[start : start + BLOCK]
    apart = np.bitwise_count(block[:, None, :] ^ prints[None, :, :]).sum(axis=2)
    found = []
    for a, b in np.argwhere(apart <= MOST_BITS):
        if start + a < b:
            likeness = float(small[start + a] @ small[b])
            if likeness >= LEAST_LIKENESS:
                found.append((int(start + a), int(b), likeness))
    return found


def _standard(small: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    centred = small.astype(np.float64).ravel() - small.mean()
    return np.asarray(centred / np.linalg.norm(centred), np.float64)
