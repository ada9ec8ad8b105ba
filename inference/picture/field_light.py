"""Even light over the retina alone: an eye looks alike from any camera, trimmed, padded or cut square."""

from __future__ import annotations

from functools import reduce

import cv2
import numpy as np
import numpy.typing as npt

from inference.picture.field import field_of_view

Pixels = npt.NDArray[np.uint8]
DARKEST = 3  # a pixel whose every channel is at most this holds no light


def equalise_field(picture: Pixels) -> Pixels:
    """Blacken everything outside the lit retina and equalise each channel over what is left.

    Unlike equalising the whole picture, neither the amount of black around the retina, nor noise in it, nor the
    exposure changes the result. Outside is 0, inside 1..255.
    """
    return equalise_lit(in_the_dark(picture))


def in_the_dark(picture: Pixels) -> Pixels:
    """The picture with everything outside the lit retina black."""
    mask = field_of_view(picture).mask.astype(np.uint8)
    wide = cv2.resize(mask, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.copyTo(picture, wide), np.uint8)


def equalise_lit(picture: Pixels) -> Pixels:
    """Equalise each channel over the pixels that are not black; those stay 0, the others become 1..255."""
    lit = lit_pixels(picture)
    channels = [np.asarray(one, np.uint8) for one in (cv2.split(picture) if picture.ndim == 3 else [picture])]
    even = [cv2.LUT(one, _uniform(one, lit)) for one in channels]
    return np.asarray(cv2.copyTo(cv2.merge(even) if len(even) > 1 else even[0], lit), np.uint8)


def lit_pixels(picture: Pixels) -> Pixels:
    """1 where any channel holds light, else 0; uint8 [height, width]."""
    channels = [np.asarray(one, np.uint8) for one in (cv2.split(picture) if picture.ndim == 3 else [picture])]
    brightest = reduce(lambda one, other: np.asarray(cv2.max(one, other), np.uint8), channels)
    return np.asarray(cv2.threshold(brightest, DARKEST, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _uniform(channel: Pixels, lit: Pixels) -> Pixels:
    """The table that spreads the lit levels of a channel evenly: each level to the middle of its own share."""
    counts = cv2.calcHist([channel], [0], lit, [256], [0, 256]).ravel().astype(np.float64)
    middle = (np.cumsum(counts) - counts / 2) / max(1.0, counts.sum())
    return np.asarray(np.clip(np.rint(255 * middle), 1, 255), np.uint8)
