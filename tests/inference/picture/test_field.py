"""The lit field of a photo: found whatever surrounds it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.drawing import draw_fundus, draw_not_medical
from inference.picture.field import field_of_view, levels, percentile


@pytest.mark.parametrize("seed", range(4))
def test_the_lit_disc_is_found_whatever_surrounds_it(seed: int) -> None:
    disc = draw_fundus(seed, size=600)
    photo = np.full((760, 1100, 3), 3, np.uint8)
    photo[80:680, 300:900] = np.maximum(disc, 3)
    cv2.putText(photo, "2026-11-23 10:22", (860, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 255, 0), 2)
    cv2.circle(photo, (60, 700), 25, (250, 250, 250), -1)
    truth = field_of_view(disc).box
    box = field_of_view(photo).box
    wanted = (truth.x0 + 300, truth.y0 + 80, truth.x1 + 300, truth.y1 + 80)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(wanted, abs=0.015 * 1100)


def test_noise_in_the_dark_is_not_retina() -> None:
    photo = draw_fundus(5, size=500)
    clean = field_of_view(photo).box
    noisy = np.clip(photo + np.random.default_rng(1).normal(6, 5, photo.shape), 0, 255).astype(np.uint8)
    box = field_of_view(noisy).box
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((clean.x0, clean.y0, clean.x1, clean.y1), abs=10)


@pytest.mark.parametrize("seed", range(3))
def test_a_photo_without_a_disc_stays_whole(seed: int) -> None:
    photo = draw_not_medical(seed, size=300)
    seen = field_of_view(photo)
    assert not seen.found
    assert (seen.box.x0, seen.box.y0, seen.box.x1, seen.box.y1) == (0, 0, 300, 300)


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=300), st.floats(0, 100))
def test_a_percentile_of_counted_levels_is_numpys(pixels: bytes, percent: float) -> None:
    plane = np.frombuffer(pixels, np.uint8)[None]
    assert percentile(levels(plane), percent) == pytest.approx(np.percentile(plane, percent), abs=1e-9)


def test_real_discs_are_cropped_and_nothing_of_them_is_lost(real: Callable[..., list[np.ndarray]]) -> None:
    for photo in real("fundus/eyepacs_raw400", every=40):
        box, bright = field_of_view(photo).box, cv2.medianBlur(photo, 5).max(axis=2) > 45
        kept = bright[box.y0 : box.y1, box.x0 : box.x1].sum() / bright.sum()
        assert kept > 0.985
