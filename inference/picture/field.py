"""Find the lit disc of the retina in a fundus photo."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
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
    `small` is the picture [h, w, 3] (or [h, w]) at that working size.
    """

    small: Pixels
    mask: npt.NDArray[np.bool_]
    box: Box
    found: bool


# The quality check and each model ask for the field of the same photo, one after the other. Photos are never changed.
_Known = tuple[weakref.ref[Pixels], FieldOfView]
_known: tuple[_Known, ...] = ()
# The photo itself, and what a model made of it: what equalises over the field looks for it again.
_KEPT = 2


def field_of_view(rgb: Pixels) -> FieldOfView:
    """The lit retina in an RGB (or gray) uint8 photo; black borders, date stamps and reflections are left out."""
    global _known
    for known in _known:
        if known[0]() is rgb:
            _known = (known, *(other for other in _known if other is not known))
            return known[1]
    found = _look(rgb)
    _known = ((weakref.ref(rgb), found), *_known)[:_KEPT]
    return found


def brightest(rgb: Pixels) -> Pixels:
    """The largest of each pixel's channels. OpenCV takes a fiftieth of NumPy's time for it."""
    if rgb.ndim == 2:
        return rgb
    first, *others = cv2.split(rgb)
    for other in others:
        cv2.max(first, other, dst=first)
    return np.asarray(first, np.uint8)


def levels(plane: Pixels, among: Pixels | None = None) -> npt.NDArray[np.float64]:
    """How many pixels have each of the 256 levels, float64 [256]; of those where `among` is not 0, if it is given."""
    return cv2.calcHist([plane], [0], among, [256], [0, 256]).ravel().astype(np.float64)


def percentile(counts: npt.NDArray[np.float64], percent: float) -> float:
    """As numpy.percentile of the pixels behind `counts` (see `levels`), without sorting them."""
    upto = np.cumsum(counts)
    at = (upto[-1] - 1) * (percent / 100)
    below, above = (int(np.searchsorted(upto, np.floor(at) + more, side="right")) for more in (0, 1))
    share, gap = at - np.floor(at), min(above, len(counts) - 1) - below
    return float(below + gap * share if share < 0.5 else below + gap - gap * (1 - share))


def dimmest(rgb: Pixels) -> Pixels:
    """The smallest of each pixel's channels."""
    return np.asarray(255 - brightest(255 - rgb), np.uint8)


def _look(rgb: Pixels) -> FieldOfView:
    height, width = rgb.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    mask = _lit(brightest(small))
    if mask is None:
        return FieldOfView(small, np.ones(small.shape[:2], np.bool_), Box(0, 0, width, height), False)
    return FieldOfView(small, mask, _box(mask, width, height), True)


def _lit(bright: Pixels) -> npt.NDArray[np.bool_] | None:
    calm = cv2.GaussianBlur(cv2.medianBlur(bright, 3), (0, 0), 1.2)
    counts = levels(np.asarray(calm, np.uint8))
    ground = percentile(counts, 1)
    # The rim of a dim disc is far darker than its middle, so the limit stays near the ground.
    limit = ground + max(6.0, 0.08 * (percentile(counts, 95) - ground))
    if ground > 60:
        return None
    above = (calm > limit).astype(np.uint8)
    # Opening parts the disc from date stamps and reflections that touch it.
    lit = cv2.morphologyEx(above, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13)))
    count, parts = cv2.connectedComponents(lit, ltype=cv2.CV_16U)
    if count < 2:
        return None
    areas = np.bincount(parts.ravel())
    largest = 1 + int(np.argmax(areas[1:]))
    outlines, _ = cv2.findContours((parts == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(max(outlines, key=cv2.contourArea))
    if areas[largest] < SMALLEST_SHARE * lit.size:
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
