"""Spoilt and invented pictures keep their form, and are no longer what they were."""

from __future__ import annotations

import numpy as np
import pytest

from inference.training import degrade
from tests.inference.training.eyes import eyes


@pytest.mark.parametrize("seed", range(12))
def test_spoilt_and_invented_pictures_keep_their_form(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eye = eyes()[seed % 8]
    spoilt = degrade.spoil(rng, eye)
    for picture, side in ((spoilt, 96), (degrade.invent(rng, 64), 64)):
        assert picture.shape == (side, side, 3) and picture.dtype == np.uint8
    assert np.abs(spoilt.astype(int) - eye).mean() > 5


@pytest.mark.parametrize(
    "way",
    [
        degrade._blur,
        degrade._shake,
        degrade._dark,
        degrade._bright,
        degrade._glare,
        degrade._cut,
        degrade._haze,
        degrade._block,
    ],
)
def test_each_way_to_spoil_a_photo_is_bad_enough(way) -> None:
    for seed in range(4):
        eye = eyes()[seed]
        spoilt = way(np.random.default_rng(seed), eye)
        assert spoilt.shape == eye.shape and np.abs(spoilt.astype(int) - eye).mean() > 5


@pytest.mark.parametrize(
    "way",
    [degrade._noise, degrade._clouds, degrade._ramp, degrade._stripes, degrade._shapes, degrade._slice, degrade._disc],
)
def test_each_invented_thing_is_repeatable(way) -> None:
    one, same = (way(np.random.default_rng(3), 48) for _ in range(2))
    assert one.shape == (48, 48, 3) and one.dtype == np.uint8 and (one == same).all()
