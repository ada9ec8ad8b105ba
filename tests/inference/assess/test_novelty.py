"""What is usual for a model, and what is not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from inference.assess import novelty
from inference.drawing import draw_chest, draw_fundus
from inference.pack import PackError
from tests import hostile


@pytest.fixture(scope="module")
def usual() -> novelty.Reference:
    pictures = [draw_fundus(seed, laterality="RL"[seed % 2], lesions=seed % 5, size=160) for seed in range(110)]
    return novelty.learn([novelty.measures(one) for one in pictures])


def test_other_pictures_of_the_kind_are_usual_and_other_kinds_are_not(usual: novelty.Reference) -> None:
    others = [draw_fundus(seed, laterality="R", lesions=1, size=160) for seed in range(500, 520)]
    assert sum(usual.distance(one) > 1 for one in others) <= 3
    strange = {
        "inverted": 255 - others[0], "blue for red": np.ascontiguousarray(others[0][:, :, ::-1]),
        "a film": draw_chest(1, size=160), "noise": np.random.default_rng(1).integers(0, 255, (160, 160, 3), np.uint8),
    }  # fmt: skip
    for what, picture in strange.items():
        rgb = picture if picture.ndim == 3 else np.dstack([picture] * 3)
        assert usual.distance(rgb) > 1, what


def test_a_reference_travels_in_the_manifest(usual: novelty.Reference) -> None:
    back = novelty.read({"reference": usual.written("drawn eyes")})
    eye = draw_fundus(9, laterality="R", lesions=0, size=160)
    assert back is not None and back.distance(eye) == pytest.approx(usual.distance(eye), rel=1e-3)
    assert novelty.read({}) is None
    for broken in ({"mean": [1.0]}, {**usual.written("x"), "inverse": [[1.0]]}, {**usual.written("x"), "limit": 0}):
        with pytest.raises(PackError):
            novelty.read({"reference": broken})
    for member, value in itertools.product(("mean", "spread", "inverse", "limit", "pictures"), hostile.VALUES.values()):
        with pytest.raises(PackError) as refused:
            novelty.read({"reference": {**usual.written("x"), member: value}})
        assert refused.value.code == "bad_reference"
    with pytest.raises(ValueError, match="100 pictures"):
        novelty.learn([usual.mean])
