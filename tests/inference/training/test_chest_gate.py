"""Films that are none any more, and films seen through a phone."""

from __future__ import annotations

import numpy as np
import pytest

from inference.training import chest_gate
from tests.inference.training.films import SIDE, chest


@pytest.mark.parametrize("seed", range(14))
def test_a_misplaced_film_is_no_upright_film(seed: int) -> None:
    film = np.repeat(chest(1)[..., None], 3, axis=2)
    placed = chest_gate.misplace(np.random.default_rng(seed), film)
    assert placed.dtype == np.uint8 and placed.ndim == 3
    assert placed.shape != film.shape or (placed != film).mean() > 0.3


def test_a_changed_film_keeps_its_form() -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        assert chest_gate.change(rng, chest(1)[..., None]).shape == (SIDE, SIDE, 1)
        assert chest_gate.photographed(rng, chest(1)[..., None]).shape == (SIDE, SIDE, 1)
