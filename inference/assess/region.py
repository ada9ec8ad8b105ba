"""Where the organ is in a picture: the lit retina, or the lungs. For saying how much of a heat map lies on it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import numpy.typing as npt

from inference.assess.preprocess import Frame
from inference.picture import lungs
from inference.picture.field import field_of_view

LUNGS_SIDE = 160


def organ(rgb: npt.NDArray[np.uint8], modality: str) -> npt.NDArray[np.bool_] | None:
    """True on the organ, in a small copy of the picture; None where there is no rule for the modality."""
    find = ORGANS.get(modality)
    return find(rgb) if find else None


def _retina(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    return field_of_view(rgb).mask


def _lungs(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    gray = rgb if rgb.ndim == 2 else cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (LUNGS_SIDE, LUNGS_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(lungs.mask(np.asarray(small, np.uint8)), np.bool_)


# What can be found without a model, by the modality in the pack's manifest. For any other nothing is claimed: heat on
# "the organ" would be heat on the whole picture, and so always all of it.
ORGANS: Mapping[str, Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.bool_]]] = {"fundus": _retina, "chest": _lungs}


def cells(
    mask: npt.NDArray[np.bool_], frame: Frame, picture: tuple[int, int], grid: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    """Which share of each cell of a heat map lies on the organ, float32 [rows, columns] from 0 to 1.

    `frame` is what the model saw, in pixels of a picture of `picture` = (width, height).
    """
    across, down = mask.shape[1] / picture[0], mask.shape[0] / picture[1]
    x0, x1, y0, y1 = frame.x0 * across, frame.x1 * across, frame.y0 * down, frame.y1 * down
    place = np.array([[64 / (x1 - x0), 0, -64 * x0 / (x1 - x0)], [0, 64 / (y1 - y0), -64 * y0 / (y1 - y0)]], np.float32)
    seen = cv2.warpAffine(mask.astype(np.float32), place, (64, 64), flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(seen, (grid[1], grid[0]), interpolation=cv2.INTER_AREA), np.float32)


def heat_on_organ(
    heat: npt.NDArray[np.float32], frame: Frame, rgb: npt.NDArray[np.uint8], modality: str
) -> float | None:
    """The share of what a heat map shows that lies on the organ, 0..1; None: nothing shown, or no rule."""
    shown = np.maximum(heat, 0)
    if modality not in ORGANS or float(shown.sum()) <= 1e-6:
        return None
    mask = ORGANS[modality](rgb)
    inside = cells(mask, frame, (rgb.shape[1], rgb.shape[0]), shown.shape)
    return float((shown * inside).sum() / shown.sum())
