"""Lungs are found on drawn chests by darkness and shape."""

from __future__ import annotations

import numpy as np
import pytest

from inference.assess.preprocess import resize
from inference.drawing import draw_chest
from inference.picture import lungs

SIDE = 112


def chest(seed: int) -> np.ndarray:
    drawn = draw_chest(seed, size=384)
    return np.ascontiguousarray(resize(drawn if drawn.ndim == 2 else drawn[..., 0], SIDE, SIDE))


@pytest.mark.parametrize("seed", range(5))
def test_lungs_are_two_dark_parts_one_on_each_side(seed: int) -> None:
    film = chest(seed)
    found = lungs.mask(film) > 0
    assert 0.1 < found.mean() < 0.55
    assert found[:, : SIDE // 2].any() and found[:, SIDE // 2 :].any()
    assert film[found].mean() < film[~found].mean() + 40


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_film_without_lungs_gives_the_usual_place(level: int) -> None:
    found = lungs.mask(np.full((SIDE, SIDE), level, np.uint8))
    assert (found == (lungs.prior(SIDE) > 0.35)).all()
