"""Shadows are drawn into lungs, and nowhere else."""

from __future__ import annotations

import numpy as np

from inference.training import opacities
from tests.inference.training.films import SIDE, chest, with_lungs


def test_shadows_brighten_the_lungs_and_nothing_else() -> None:
    rng = np.random.default_rng(2)
    drawn = 0
    for seed in range(12):
        film = with_lungs(seed % 3)
        gray, lung = np.ascontiguousarray(film[..., 0]), film[..., 1]
        changed, truth = opacities.paste(rng, gray, lung, 14)
        assert truth.shape == (len(opacities.KINDS), 14, 14)
        assert set(np.unique(truth)) <= {0.0, 1.0}
        far = np.ones((SIDE, SIDE), bool)
        rows, columns = np.nonzero(lung)
        far[max(0, rows.min() - 8) : rows.max() + 9, max(0, columns.min() - 8) : columns.max() + 9] = False
        assert (changed[far] == gray[far]).all()
        drawn += bool(truth.any())
    assert drawn >= 6


def test_no_lungs_no_shadows() -> None:
    film = chest(1)
    same, truth = opacities.paste(np.random.default_rng(1), film, np.zeros_like(film), 14)
    assert (same == film).all() and not truth.any()
