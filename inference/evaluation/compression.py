"""How far a phone may compress a photo before what a pack says of it changes beyond a stated bound. Pure.

Each setting is judged on the same pictures as the uncompressed ones: the area under the ROC curve may fall, and the
decision at the operating point may flip, only as far as the bound allows, at its one-sided 95 % limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.statistics import Names, Truth, Values
from inference.statistics.areas import auc, change_lower
from inference.statistics.shares import upper_bound

SIDES = (2048, 1600, 1280, 1024, 800, 640, 512, 448, 400)
QUALITIES = (95, 90, 85, 80, 75, 70, 60, 50, 40, 30)
CONFIDENCE = 0.95  # one-sided
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Bound:
    """What compression may cost at most: area lost, and share of pictures whose decision flips."""

    auc_loss: float = 0.01
    flipped: float = 0.05


@dataclass(frozen=True)
class Trial:
    """One setting: change of area with the lower limit of it, decisions flipped with the upper limit, mean bytes."""

    longest_side: int
    jpeg_quality: int
    auc_change: float
    auc_change_lower: float
    flipped: int
    flipped_upper: float
    mean_bytes: float
    holds: bool


@dataclass(frozen=True)
class Sample:
    """The pictures' uncompressed scores, answers and persons, and the threshold whose decisions must not flip."""

    scores: Values
    positive: Truth
    patient: Names
    threshold: float


def squeeze(rgb: Pixels, longest_side: int, quality: int) -> tuple[Pixels, int]:
    """As a phone would send it: shrunk to `longest_side` where it is longer, then JPEG. The pixels back, and bytes."""
    height, width = rgb.shape[:2]
    scale = min(1.0, longest_side / max(height, width))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, coded = cv2.imencode(".jpg", np.ascontiguousarray(rgb[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    back = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(back, np.uint8)[:, :, ::-1]), len(coded)


def judge(
    sample: Sample, scores: Values, sizes: Sequence[int], side: int, quality: int, bound: Bound = Bound()
) -> Trial:
    """Compare the scores of compressed pictures with those of the same pictures uncompressed."""
    before, after = sample.scores, scores
    change = auc(after, sample.positive) - auc(before, sample.positive)
    lower = change_lower(before, after, sample.positive, sample.patient, CONFIDENCE)
    flips = int(((before >= sample.threshold) != (after >= sample.threshold)).sum())
    upper = upper_bound(flips, len(before), CONFIDENCE)
    holds = lower >= -bound.auc_loss and upper <= bound.flipped
    return Trial(side, quality, change, lower, flips, upper, float(np.mean(sizes)), holds)


def search(longest: int, trial: Callable[[int, int], Trial]) -> list[Trial]:
    """Try harder and harder settings: at each size lower and lower quality until one fails; smaller sizes until one
    fails at the best quality. `longest` is the pictures' own size: nothing can be said of larger photos' sizes."""
    sides = [longest, *(side for side in SIDES if side < longest)]
    tried: list[Trial] = []
    for side in sides:
        for quality in QUALITIES:
            tried.append(trial(side, quality))
            if not tried[-1].holds:
                break
        if not any(one.holds for one in tried if one.longest_side == side):
            break
    return tried


def floor(tried: Sequence[Trial]) -> Trial | None:
    """The holding setting with the fewest bytes; None: not even the mildest holds.

    A phone may send anything between it and the original, so every milder setting that was tried must hold as well.
    """
    failed = [one for one in tried if not one.holds]
    sound = [
        one
        for one in tried
        if one.holds
        and not any(f.longest_side >= one.longest_side and f.jpeg_quality >= one.jpeg_quality for f in failed)
    ]
    return min(sound, key=lambda one: one.mean_bytes) if sound else None
