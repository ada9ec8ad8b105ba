"""Deep pictures and pictures of many planes."""

from __future__ import annotations

import numpy as np

from inference.picture import planes


def test_a_window_shows_what_lies_in_it_and_cuts_the_rest() -> None:
    assert planes.window(np.array([[0, 500, 1000, 2000]]), 750, 500).tolist() == [[0, 0, 255, 255]]


def test_a_flat_picture_is_flat_to_look_at() -> None:
    assert not np.ptp(planes.viewable(np.full((4, 4), 900, np.uint16)))


def test_planes_between_two_are_blended() -> None:
    picture = np.dstack([np.full((2, 2), level, np.uint16) for level in (0, 100)])
    assert planes.evenly(picture, 3)[0, 0].tolist() == [0, 50, 100]
    assert planes.evenly(picture[:, :, 0], 2).shape == (2, 2, 2)


def test_black_is_put_around_whatever_the_number_of_planes() -> None:
    for shape in ((2, 3), (2, 3, 5)):
        around = planes.blank_around(np.ones(shape, np.uint8), 1, 2, 3, 4)
        assert around.shape[:2] == (5, 10) and around.sum() == np.prod(shape)


def test_of_many_planes_the_middle_one_is_looked_at() -> None:
    picture = np.dstack([np.full((2, 2), level, np.uint8) for level in (0, 7, 0, 0, 0)])
    picture[:, :, 2] = 99
    assert planes.viewable(picture).tolist() == [[[99] * 3] * 2] * 2
