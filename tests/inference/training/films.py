"""Drawn chests at the side a network sees, and their lungs beside them."""

from __future__ import annotations

from functools import cache

import numpy as np

from inference.assess.preprocess import resize
from inference.drawing import draw_chest
from inference.picture import lungs

SIDE = 112


@cache
def chest(seed: int) -> np.ndarray:
    """uint8 [SIDE, SIDE]."""
    drawn = draw_chest(seed, size=384)
    return np.ascontiguousarray(resize(drawn if drawn.ndim == 2 else drawn[..., 0], SIDE, SIDE))


def with_lungs(seed: int) -> np.ndarray:
    """uint8 [SIDE, SIDE, 2], channel 1 the lungs."""
    film = chest(seed)
    return np.dstack([film, lungs.mask(film) * np.uint8(255)])
