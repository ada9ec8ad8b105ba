"""The same chest on another scanner: other light, same shape, same lungs."""

from __future__ import annotations

import numpy as np

from inference.training.scanner import Looks, match, rescan
from tests.inference.training.films import chest, with_lungs


def test_a_film_takes_over_another_histogram() -> None:
    film, other = chest(1), (chest(2) // 2 + 60).astype(np.uint8)
    taken = match(film, other, 1.0)
    assert abs(float(taken.mean()) - float(other.mean())) < 6
    assert (match(film, other, 0.0) == film).all()


def test_another_scanner_keeps_shape_and_lungs_and_is_repeatable() -> None:
    looks = Looks(np.stack([with_lungs(seed) for seed in range(4)]))
    film = with_lungs(9)
    for seed in range(30):
        once = rescan(np.random.default_rng(seed), film, looks)
        assert once.shape == film.shape and once.dtype == np.uint8
        assert (once[..., 1] == film[..., 1]).all()
        assert (once == rescan(np.random.default_rng(seed), film, looks)).all()
    assert (once[..., 0] != film[..., 0]).any()
