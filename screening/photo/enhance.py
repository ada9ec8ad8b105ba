"""Other ways to look at the same pixels: local contrast, and windows on a film's 16 bits. Runs in the child only."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.photo.raster import Pixels
from screening.photo.refusal import PhotoRefused, Refusal

# Contrast-limited adaptive histogram equalisation (Zuiderveld 1994) with the limit and grid usual for both organs.
_CLIP, _GRID, _DARK = 2.0, (8, 8), 20
# Share of the film's own values, air first, that a preset spreads over the screen. Films carry no Hounsfield units:
# the names say where in the film's range to look (aerated lung, soft tissue, bone), not which density is shown.
PRESETS = {"lung": (0.01, 0.60), "soft": (0.25, 0.95), "bone": (0.60, 0.999)}


def clahe(pixels: Pixels) -> Pixels:
    """Local contrast of the brightness alone; colours stay what they are."""
    equalise = cv2.createCLAHE(_CLIP, _GRID)
    if pixels.ndim == 2:
        return np.asarray(equalise.apply(pixels), np.uint8)
    lab = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB)
    light = np.ascontiguousarray(lab[..., 0])
    # The black around the field stays black: raised noise there would only dazzle.
    lab[..., 0] = np.where(light > _DARK, equalise.apply(light), light)
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def open_deep(data: bytes) -> NDArray[np.uint16]:
    """The 16 bits of a film as we kept them. Raises PhotoRefused."""
    deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.ndim != 2 or deep.dtype != np.uint16:
        raise PhotoRefused(Refusal.DAMAGED)
    return np.asarray(deep, np.uint16)


def windowed(deep: NDArray[np.uint16], how: dict[str, Any]) -> tuple[Pixels, tuple[float, float]]:
    """8 bits of one window, air dark, and its (centre, width) in modality units.

    `how`: "scale" and "offset" (modality value = p * scale + offset), "inverted" (MONOCHROME1), and either
    "preset" or "centre" and "width".
    """
    scale, offset = float(how["scale"]), float(how["offset"])
    if preset := how.get("preset"):
        centre, width = _preset(deep, PRESETS[preset], scale, offset, inverted=bool(how["inverted"]))
    else:
        centre, width = float(how["centre"]), max(float(how["width"]), abs(scale))
    values = np.arange(65_536, dtype=np.float32) * scale + offset
    table = np.clip((values - centre) / width + 0.5, 0, 1)
    if how["inverted"]:
        table = 1 - table
    return np.asarray(np.rint(table * 255).astype(np.uint8)[deep], np.uint8), (centre, width)


def _preset(
    deep: NDArray[np.uint16], share: tuple[float, float], scale: float, offset: float, *, inverted: bool
) -> tuple[float, float]:
    low, high = share
    if inverted != (scale < 0):  # air has the highest stored numbers
        low, high = 1 - high, 1 - low
    # Without the dark rim and the burnt-out edge that would shift every share.
    rows, columns = deep.shape
    inner = deep[rows // 20 : rows - rows // 20, columns // 20 : columns - columns // 20]
    bounds = np.quantile(inner[::4, ::4], (low, high)) * scale + offset
    return float(bounds.mean()), max(abs(float(bounds[1] - bounds[0])), abs(scale))
