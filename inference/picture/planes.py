"""Deep pictures (more than 8 bits) and pictures of many planes: channels of one picture, or slices of a series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]


def window(picture: Picture, centre: float, width: float) -> Pixels:
    """The levels from centre - width/2 to centre + width/2 as 0 to 255 (DICOM PS3.3 C.11.2.1.2, linear exact)."""
    low = centre - width / 2
    return _as_bytes((picture.astype(np.float32) - low) * (255.0 / width))


def stretch(picture: Picture, low: float, high: float) -> Pixels:
    """The levels between two percentiles of the picture as 0 to 255; a flat picture becomes black."""
    darkest, brightest = (float(level) for level in np.percentile(picture, [low, high]))
    return window(picture, (darkest + brightest) / 2, max(brightest - darkest, 1e-6))


def evenly(picture: Picture, count: int) -> Picture:
    """`count` planes from first to last, blended where they fall between two. `picture` is [h, w, planes]."""
    planes = picture if picture.ndim == 3 else picture[:, :, None]
    at = np.linspace(0, planes.shape[2] - 1, count)
    below = np.floor(at).astype(int)
    above = np.minimum(below + 1, planes.shape[2] - 1)
    share = (at - below).astype(np.float32)
    blended = planes[:, :, below] * (1 - share) + planes[:, :, above] * share
    whole = np.issubdtype(planes.dtype, np.integer)
    return np.asarray((np.rint(blended) if whole else blended).astype(planes.dtype))


def blank_around(picture: Picture, top: int, bottom: int, left: int, right: int) -> Picture:
    """The picture with black (level 0) around it, whatever its number of planes."""
    edges = [(top, bottom), (left, right), *[(0, 0)] * (picture.ndim - 2)]
    return np.pad(picture, edges)


def viewable(picture: Picture) -> Pixels:
    """Something a person, and the quality check, can look at: RGB uint8; of many planes the middle one."""
    seen = picture
    if seen.ndim == 3 and seen.shape[2] != 3:
        seen = seen[:, :, seen.shape[2] // 2]
    if seen.dtype != np.uint8:
        seen = stretch(seen, 0.5, 99.5)
    return np.asarray(seen if seen.ndim == 3 else np.dstack([seen] * 3), np.uint8)


def _as_bytes(levels: npt.NDArray[np.float32]) -> Pixels:
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)
