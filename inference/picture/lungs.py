"""Where the lungs are on an upright frontal film: found by darkness and shape, without learning and without labels.

Used in training only: to show a network lungs in other surroundings, to teach it where lungs are, and to ask
afterwards how much of its heat lies inside them. Served packs carry the learnt answer, never this code.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]

LEAST, MOST = 0.05, 0.26  # share of the film that one lung may fill; found by looking at 100 films


def prior(size: int) -> NDArray[np.float32]:
    """How far each pixel lies where lungs usually are, 0..1, float32 [size, size]: two upright blunt ovals."""
    y, x = np.mgrid[0:size, 0:size] / (size - 1.0)
    across = np.minimum(np.abs(x - 0.29), np.abs(x - 0.71)) / 0.17
    return np.asarray(np.exp(-((across**2 + ((y - 0.45) / 0.33) ** 2) ** 1.5)), np.float32)


def mask(film: Picture) -> Mask:
    """1 inside the lungs, 0 elsewhere, uint8 [S, S]; `film` gray uint8 [S, S], air dark.

    A lung that cannot be seen (white, or outside the film) is taken to be where lungs usually are.
    """
    size = film.shape[0]
    usual = prior(size)
    even = cv2.createCLAHE(2.0, (4, 4)).apply(np.ascontiguousarray(film))
    smooth = np.asarray(cv2.GaussianBlur(even, (0, 0), size / 60), np.uint8)
    left = np.zeros((size, size), bool)
    left[:, : size // 2] = True
    out = np.zeros((size, size), np.uint8)
    for side in (left, ~left):
        out |= _lung(smooth, side, film > 12, usual)
    return out


def _lung(smooth: Picture, side: NDArray[np.bool_], body: NDArray[np.bool_], usual: NDArray[np.float32]) -> Mask:
    fallback = ((usual > 0.35) & side).astype(np.uint8)
    zone = smooth[(usual > 0.3) & side & body]
    if zone.size < 50:
        return fallback
    level, _ = cv2.threshold(zone.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    dark = ((smooth < level + 8) & side & (usual > 0.04)).astype(np.uint8)
    dark = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)), np.uint8)
    count, parts = cv2.connectedComponents(dark)
    if count < 2:
        return fallback
    worth = np.bincount(parts.ravel(), weights=usual.ravel().astype(float), minlength=count)
    worth[0] = 0
    points = np.argwhere(parts == int(worth.argmax()))[:, ::-1].astype(np.int32)
    lung = np.zeros(smooth.shape, np.uint8)
    cv2.fillConvexPoly(lung, cv2.convexHull(points), 1.0)
    return lung if LEAST < float(lung.mean()) < MOST else fallback
