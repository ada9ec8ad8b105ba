"""The same eye through another camera."""

from __future__ import annotations

import numpy as np
import pytest

from inference.picture.field_light import equalise_lit
from inference.training import camera
from tests.inference.training.eyes import SIDE, eyes


@pytest.mark.parametrize("seed", range(6))
def test_another_camera_leaves_black_black_and_the_field_lit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    framed = camera.frame(rng, eyes()[seed], 64, zoom=(0.9, 1.4), roam=0.06, scale=64 / SIDE)
    taken = camera.record(rng, framed)
    assert taken.shape == (64, 64, 3) and taken.dtype == np.uint8
    assert np.array_equal(taken.max(axis=2) > 3, framed.max(axis=2) > 3)


def test_equalising_again_undoes_what_a_camera_did_to_the_light() -> None:
    taken = camera.exposed(np.random.default_rng(3), eyes()[1])
    apart = np.abs(equalise_lit(taken).astype(float) - eyes()[1])
    assert not np.array_equal(taken, eyes()[1]) and apart.mean() < 6
