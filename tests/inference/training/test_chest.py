"""Drawn chests, their lungs, drawn shadows and other scanners. No learning, no torch."""

import numpy as np
import pytest

from inference.assess.preprocess import resize
from inference.drawing import draw_chest
from inference.picture import lungs
from inference.training import opacities
from inference.training.scanner import Looks, match, rescan

SIDE = 112


def chest(seed: int) -> np.ndarray:
    drawn = draw_chest(seed, size=384)
    return np.ascontiguousarray(resize(drawn if drawn.ndim == 2 else drawn[..., 0], SIDE, SIDE))


def with_lungs(seed: int) -> np.ndarray:
    film = chest(seed)
    return np.dstack([film, lungs.mask(film) * np.uint8(255)])


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
