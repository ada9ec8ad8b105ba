"""The golden pictures of each pack's exam: drawn, so that no patient is in it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.drawing import draw_chest, draw_fundus, draw_not_medical

SIDE = 384


def pictures(pack: str) -> dict[str, NDArray[np.uint8]]:
    """File name -> RGB uint8 [h, w, 3] or gray [h, w]."""
    return {f"golden/{name}.png": picture for name, picture in _SETS[pack]().items()}


def _fundus_gate() -> dict[str, NDArray[np.uint8]]:
    return {
        "good": draw_fundus(1, size=SIDE),
        "blurred": draw_fundus(2, laterality="L", quality="blurred", size=SIDE),
        "dark": draw_fundus(3, quality="dark", size=SIDE),
        "page": draw_not_medical(2, size=SIDE),
    }


def _fundus_dr() -> dict[str, NDArray[np.uint8]]:
    return {
        "clear": draw_fundus(1, size=SIDE),
        "blurred": draw_fundus(1, quality="blurred", size=SIDE),
        "proliferative": draw_fundus(3, lesions=4, size=SIDE),
    }


def _chest_gate() -> dict[str, NDArray[np.uint8]]:
    return {
        "clear": draw_chest(1, size=SIDE),
        "infiltrate": draw_chest(2, opacity="infiltrate", size=SIDE),
        "sideways": np.ascontiguousarray(np.rot90(draw_chest(3, size=SIDE))),
        "chart": draw_not_medical(0, size=SIDE),
    }


def _chest_tb() -> dict[str, NDArray[np.uint8]]:
    return {
        "clear": draw_chest(1, size=SIDE),
        "cavity": draw_chest(2, opacity="cavity", size=SIDE),
        # Out of focus: the one drawn film that a network for fine texture scores clearly lower.
        "soft": np.asarray(cv2.GaussianBlur(draw_chest(3, size=SIDE), (0, 0), 16), np.uint8),
    }


def _chest_abnormal() -> dict[str, NDArray[np.uint8]]:
    # Drawn chests all look rather abnormal to it: of eight clear and eight ill ones, two that it tells well apart.
    return {
        "clear": draw_chest(3, size=SIDE),
        "infiltrate": draw_chest(8, opacity="infiltrate", size=SIDE),
        "soft": np.asarray(cv2.GaussianBlur(draw_chest(3, size=SIDE), (0, 0), 16), np.uint8),
    }


_SETS = {
    "fundus-gradability": _fundus_gate, "fundus-dr": _fundus_dr, "cxr-gate": _chest_gate, "cxr-tb": _chest_tb,
    "cxr-abnormal": _chest_abnormal,
}  # fmt: skip
