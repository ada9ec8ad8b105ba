"""Look at every picture of a set once: the pack's score, a small copy, a fingerprint, and what kind of file it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inference.assess.one_picture import assess
from inference.declared import PackError
from inference.pack import Pack

Pixels = npt.NDArray[np.uint8]
Opener = Callable[[Path], Pixels]
SMALL = 32
HASH_SIDE = 16


class Unreadable(Exception):
    """A picture that cannot be opened; the text says why."""


@dataclass(frozen=True)
class Look:
    """One picture. `score` is nan and `problem` says why where it could not be scored; `turned_down` is why the gate
    would hand it to a person, "" where it would not, or none was asked."""

    score: float
    small: Pixels
    fingerprint: npt.NDArray[np.uint64]
    kind: str
    problem: str = ""
    turned_down: str = ""


BLANK = np.zeros((SMALL, SMALL), np.uint8)


def look(
    files: Sequence[Path], open_picture: Opener, pack: Pack | None, label: str = "", gate: Pack | None = None,
    *, jobs: int = 2, progress: Callable[[], object] = lambda: None,
) -> list[Look]:  # fmt: skip
    """One Look per file, in order, `jobs` at a time. Without a pack, no score. `label`: that label's score alone.
    What `gate` turns down is not scored, as the product does."""

    def one(file: Path) -> Look:
        found = _look(file, open_picture, pack, label, gate)
        progress()
        return found

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, files))


def _look(file: Path, open_picture: Opener, pack: Pack | None, label: str, gate: Pack | None) -> Look:
    try:
        rgb = open_picture(file)
        refused = _refused(rgb, gate)
        score = score_of(rgb, pack, label) if pack and not refused else float("nan")
    except (Unreadable, PackError) as error:
        return Look(float("nan"), BLANK, np.zeros(HASH_SIDE**2 // 64, np.uint64), file.suffix.lower(), str(error))
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    small = np.asarray(cv2.resize(gray, (SMALL, SMALL), interpolation=cv2.INTER_AREA), np.uint8)
    kind = f"{rgb.shape[1]} x {rgb.shape[0]} {file.suffix.lower()}"
    return Look(score, small, fingerprint(gray), kind, turned_down=refused)


def _refused(rgb: Pixels, gate: Pack | None) -> str:
    verdict = assess(rgb, gate).gradability if gate else None
    return (verdict.reason or "") if verdict else ""


def score_of(rgb: Pixels, pack: Pack, label: str = "") -> float:
    """The score a threshold is compared with, or one label's own score. Raises PackError."""
    found = assess(rgb, pack)
    score = found.scores[label] if label else found.score
    if score is None:
        raise PackError("no_score", "The pack has no positive label: name one label to measure.")
    return score


def fingerprint(gray: Pixels) -> npt.NDArray[np.uint64]:
    """A perceptual hash of 256 bits (DCT against its median) as four words: near copies differ in few bits."""
    side = 4 * HASH_SIDE
    plane = np.asarray(cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    waves = cv2.dct(plane)[:HASH_SIDE, :HASH_SIDE].ravel()
    bits = waves > np.median(waves)
    return np.packbits(bits).view(np.uint64)
