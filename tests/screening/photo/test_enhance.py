"""Windows and local contrast: what a reader turns up in a picture."""

from __future__ import annotations

import cv2
import numpy as np

from screening.photo import enhance
from tests import factories as make
from tests.screening.looks import opened


def test_a_window_turns_values_into_gray() -> None:
    deep = np.array([[0, 500, 1000, 2000]], np.uint16)
    how = {"scale": 2.0, "offset": -1000.0, "inverted": False, "centre": 1000, "width": 2000}
    shown, window = enhance.windowed(deep, how)
    assert window == (1000, 2000)
    assert shown.tolist() == [[0, 0, 128, 255]]
    assert enhance.windowed(deep, {**how, "inverted": True})[0].tolist() == [[255, 255, 128, 0]]


def test_presets_look_at_air_first_whichever_way_the_film_counts() -> None:
    film = np.tile(np.linspace(0, 4000, 400).astype(np.uint16), (400, 1))
    plain = {"scale": 1.0, "offset": 0.0, "inverted": False}
    lung, bone = (enhance.windowed(film, {**plain, "preset": p})[1][0] for p in ("lung", "bone"))
    assert lung < 2000 < bone
    turned = {"scale": 1.0, "offset": 0.0, "inverted": True}
    lung, bone = (enhance.windowed(4000 - film, {**turned, "preset": p})[1][0] for p in ("lung", "bone"))
    assert bone < 2000 < lung


def test_local_contrast_keeps_colours_and_raises_detail() -> None:
    eye = make.photo_bytes(4)
    plain = opened(eye)
    better = enhance.clahe(plain)
    assert better.shape == plain.shape
    assert cv2.cvtColor(better, cv2.COLOR_BGR2GRAY).std() > cv2.cvtColor(plain, cv2.COLOR_BGR2GRAY).std()
