"""The same eye or chest on another day: other pixels, the same form, repeatable from a seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inference.training import augment
from tests.inference.training.eyes import SIDE, eyes

Way = Callable[[np.random.Generator, np.ndarray], np.ndarray]
WAYS: dict[str, Way] = {
    "turn": lambda rng, eye: augment.turn(rng, eye, degrees=20, zoom=(0.9, 1.1), shift=0.05),
    "mirror": lambda rng, eye: augment.mirror(rng, eye, upright=False),
    "soften": augment.soften,
    "compress": lambda rng, eye: augment.compress(rng, eye, 20, 40),
    "shade": lambda rng, eye: augment.shade(rng, eye, 0.4),
    "tone": lambda rng, eye: augment.tone(rng, eye, 0.4),
    "bend": augment.bend,
    "hide": lambda rng, eye: augment.hide(rng, eye, 0.3),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_a_change_keeps_the_form_and_is_repeatable(way: Way) -> None:
    for seed in range(12):
        eye = eyes()[seed % 8]
        before = eye.copy()
        one, same = (way(np.random.default_rng(seed), eye) for _ in range(2))
        assert one.shape == eye.shape and one.dtype == np.uint8
        assert (one == same).all() and (eye == before).all()
    assert any((way(np.random.default_rng(seed), eyes()[0]) != eyes()[0]).any() for seed in range(12))


def test_a_chest_is_never_stood_on_its_head() -> None:
    film = eyes()[0][..., :1]
    seen = [augment.mirror(np.random.default_rng(seed), film, upright=True) for seed in range(20)]
    assert all((one == film).all() or (one == film[:, ::-1]).all() for one in seen)


def test_a_turned_picture_may_have_another_side() -> None:
    rng = np.random.default_rng(1)
    assert augment.turn(rng, eyes()[0], degrees=0, zoom=(1, 1), shift=0, side=48).shape == (48, 48, 3)


def test_a_brighter_tone_never_swaps_two_levels() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], SIDE, axis=0)
    for seed in range(10):
        for changed in (
            augment.tone(np.random.default_rng(seed), ramp, 0.5),
            augment.bend(np.random.default_rng(seed), ramp),
        ):
            assert (np.diff(changed[0, :, 0].astype(int)) >= 0).all()
