"""Grades become four questions; the score is the one of referring."""

from __future__ import annotations

import numpy as np

from inference.training import fundus_dr
from tests.inference.training.eyes import SIDE, eyes, shelf_of


def test_a_grade_answers_at_least_one_two_three_four() -> None:
    assert fundus_dr.targets(np.array([0, 2, 4])).tolist() == [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]]


def test_the_score_is_that_of_grade_two_or_more() -> None:
    shelf = shelf_of(eyes(), ["val"] * 8)
    logits = np.zeros((8, 4), np.float32)
    logits[::2, fundus_dr.REFERABLE] = 1
    assert fundus_dr.score(logits, shelf, np.arange(8)) == 1


def test_a_changed_photo_has_the_side_asked_for() -> None:
    for seed in range(6):
        changed = fundus_dr.change(np.random.default_rng(seed), eyes()[seed], side=64)
        assert changed.shape == (64, 64, 3) and changed.dtype == np.uint8
    assert fundus_dr.finish(eyes()[0], 48).shape == (48, 48, 3)
    assert fundus_dr.finish(eyes()[0], SIDE).shape == (SIDE, SIDE, 3)
