"""The light of the field, made equal."""

from __future__ import annotations

import cv2
import numpy as np

from inference.drawing import draw_fundus
from inference.picture.field_light import equalise_field


def test_the_equalised_field_forgets_its_surround_and_its_exposure() -> None:
    eye = draw_fundus(4, size=200)
    wide = cv2.copyMakeBorder(eye, 0, 0, 60, 60, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    dim = (eye * 0.6).astype(np.uint8)
    whole = equalise_field(eye)
    lit = whole.max(axis=2) > 0
    padded = equalise_field(np.asarray(wide, np.uint8))[:, 60:-60]
    assert np.abs(padded[lit].astype(int) - whole[lit]).mean() < 3
    assert np.abs(equalise_field(dim)[lit].astype(int) - whole[lit]).mean() < 4
    assert 100 < whole[lit].mean() < 155 and not whole[:4, :4].any()


def test_an_unlit_picture_stays_black() -> None:
    assert not equalise_field(np.full((40, 40, 3), 2, np.uint8)).any()
