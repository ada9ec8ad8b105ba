"""Find the lit disc of the retina in a fundus photo."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

WORKING_SIDE = 256
SMALLEST_SHARE = 0.08


@dataclass(frozen=True)
class Box:
    """Whole pixels, x1 and y1 exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True)
class FieldOfView:
    """`mask` bool [h, w] at a small working size, `box` in photo pixels.

    `found` is False where the picture has no lit disc on a dark ground; then mask and box are the whole picture.
    """

    mask: npt.NDArray[np.bool_]
    box: Box
    found: bool


# The quality check and each model ask for the field of the same photo, one after the other. Photos are never changed.
_last: tuple[weakref.ref[npt.NDArray[np.uint8]], FieldOfView] | None = None


def field_of_view(rgb: npt.NDArray[np.uint8]) -> FieldOfView:
    """The lit retina in an RGB (or gray) uint8 photo; black borders, date stamps and reflections are left out."""
    global _last
    known = _last
    if known and known[0]() is rgb:
        return known[1]
    found = _look(rgb)
    _last = weakref.ref(rgb), found
    return found


def brightest(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The largest of each pixel's channels. OpenCV takes a fiftieth of NumPy's time for it."""
    if rgb.ndim == 2:
        return rgb
    first, *others = cv2.split(rgb)
    for other in others:
        cv2.max(first, other, dst=first)
    return np.asarray(first, np.uint8)


def dimmest(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The smallest of each pixel's channels."""
    return np.asarray(255 - brightest(255 - rgb), np.uint8)


def _look(rgb: npt.NDArray[np.uint8]) -> FieldOfView:
    height, width = rgb.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    small = cv2.resize(rgb, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    mask = _lit(brightest(np.asarray(small, np.uint8)))
    if mask is None:
        return FieldOfView(np.ones(small.shape[:2], np.bool_), Box(0, 0, width, height), False)
    return FieldOfView(mask, _box(mask, width, height), True)


def _lit(bright: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_] | None:
    calm = cv2.GaussianBlur(cv2.medianBlur(bright, 3), (0, 0), 1.2)
    ground = float(np.percentile(calm, 1))
    # The rim of a dim disc is far darker than its middle, so the limit stays near the ground.
    limit = ground + max(6.0, 0.08 * (float(np.percentile(calm, 95)) - ground))
    if ground > 60:
        return None
    above = (calm > limit).astype(np.uint8)
    # Opening parts the disc from date stamps and reflections that touch it.
    lit = cv2.morphologyEx(above, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13)))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(lit)
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    outlines, _ = cv2.findContours((parts == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(max(outlines, key=cv2.contourArea))
    if stats[largest, cv2.CC_STAT_AREA] < SMALLEST_SHARE * lit.size:
        return None
    whole = np.zeros(lit.shape, np.uint8)
    cv2.fillConvexPoly(whole, hull, 1)
    return whole.astype(np.bool_)


def _box(mask: npt.NDArray[np.bool_], width: int, height: int) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    across, down = width / mask.shape[1], height / mask.shape[0]
    return Box(
        max(0, int(np.floor(columns[0] * across))),
        max(0, int(np.floor(rows[0] * down))),
        min(width, int(np.ceil((columns[-1] + 1) * across))),
        min(height, int(np.ceil((rows[-1] + 1) * down))),
    )
