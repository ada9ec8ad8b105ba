"""The floor of compression, and a small photo that is not enlarged."""

from __future__ import annotations

import numpy as np

from inference.evaluation.compression import Trial, floor, squeeze


def trial(side: int, quality: int, *, holds: bool) -> Trial:
    return Trial(side, quality, 0.0, 0.0, 0, 0.0, side * quality, holds)


def test_the_floor_lies_below_no_setting_that_failed() -> None:
    tried = [
        trial(800, 90, holds=True),
        trial(800, 80, holds=False),
        trial(640, 90, holds=True),
        trial(640, 70, holds=True),
    ]
    best = floor(tried)
    assert best is not None and (best.longest_side, best.jpeg_quality) == (640, 90)
    assert floor([trial(800, 95, holds=False)]) is None


def test_a_small_photo_is_not_enlarged() -> None:
    photo = np.zeros((100, 160, 3), np.uint8)
    assert squeeze(photo, 2048, 90)[0].shape == (100, 160, 3)
    assert squeeze(photo, 80, 90)[0].shape == (50, 80, 3)
