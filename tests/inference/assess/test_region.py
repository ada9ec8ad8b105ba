"""Where heat lies: on the retina, on the lungs, or beside them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.assess import region
from inference.assess.preprocess import Frame
from inference.drawing import draw_chest


def test_heat_on_the_retina_is_told_from_heat_beside_it() -> None:
    photo = np.zeros((600, 900, 3), np.uint8)
    cv2.circle(photo, (450, 300), 240, (150, 80, 40), -1)
    frame = Frame(150.0, 0.0, 750.0, 600.0)
    on, beside = np.zeros((12, 12), np.float32), np.zeros((12, 12), np.float32)
    on[5:7, 5:7] = 1
    beside[0, 0] = beside[11, 11] = 1
    assert region.heat_on_organ(on, frame, photo, "fundus") == pytest.approx(1.0, abs=0.01)
    assert region.heat_on_organ(beside, frame, photo, "fundus") == pytest.approx(0.0, abs=0.01)
    assert region.heat_on_organ(on + beside * 2, frame, photo, "fundus") == pytest.approx(0.5, abs=0.02)
    assert region.heat_on_organ(np.zeros((12, 12), np.float32), frame, photo, "fundus") is None
    assert region.heat_on_organ(on, frame, photo, "ultrasound") is None


def test_lungs_are_found_on_a_drawn_film() -> None:
    film = draw_chest(3, size=512)
    mask = region.organ(film, "chest")
    assert mask is not None and 0.1 < mask.mean() < 0.5
    heat = np.zeros((16, 16), np.float32)
    heat[:, 0] = heat[:, 15] = heat[15, :] = 1
    assert region.heat_on_organ(heat, Frame(0, 0, 512, 512), film, "chest") < 0.2
