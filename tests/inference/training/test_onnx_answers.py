"""A file is asked as it is served: one picture at a time, channels first, 0 to 1."""

from __future__ import annotations

import numpy as np
import pytest

from inference.training.onnx_answers import answers, as_served, open_model
from tests.inference import packs


def test_a_picture_is_served_as_planes_of_0_to_1() -> None:
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 11
    given = as_served(picture)["image"]
    assert given.shape == (1, 3, 2, 4) and given.dtype == np.float32 and given.flags.c_contiguous
    assert np.array_equal(given[0, 1], picture[..., 1].astype(np.float32) / np.float32(255))


def test_answers_are_those_worked_out_by_hand() -> None:
    model = packs.brightness_model().SerializeToString()
    pictures = np.stack([packs.plain(red, packs.SIDE) for red in (0, 51, 255)])
    found = answers(model, pictures)
    assert found.dtype == np.float64 and found[:, 0] == pytest.approx([-4, -2.4, 4], abs=1e-5)
    assert found[:, 1] == pytest.approx(-found[:, 0])
    assert open_model(model).run(["cam"], as_served(pictures[2]))[0].max() == 1
