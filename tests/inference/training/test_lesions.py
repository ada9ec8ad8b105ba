"""Lesions are drawn into the lit field, and told where they can be seen."""

from __future__ import annotations

import numpy as np

from inference.training import lesions
from tests.inference.training.eyes import SIDE, eyes


def test_lesions_on_a_part_of_a_photo_keep_their_size() -> None:
    marked = {}
    for side in (SIDE, 4 * SIDE):
        drawn = [lesions.paste(np.random.default_rng(seed), eyes()[0], 12, side)[0] for seed in range(12)]
        marked[side] = sum(int((one != eyes()[0]).any(axis=2).sum()) for one in drawn)
    assert marked[4 * SIDE] > 2 * marked[SIDE]


def test_lesions_stay_inside_the_field_and_are_told() -> None:
    eye = np.zeros((128, 128, 3), np.uint8)
    eye[32:96, 32:96] = 120
    told = 0
    for seed in range(8):
        drawn, truth = lesions.paste(np.random.default_rng(seed), eye, 16)
        changed = (drawn != eye).any(axis=2)
        assert truth.shape == (4, 16, 16) and not (truth.any() and not changed.any())
        assert not changed[:32].any() and not changed[:, 96:].any()
        told += bool(truth.any())
    assert told >= 4


def test_of_a_picture_neither_normal_nor_drawn_onto_nobody_knows() -> None:
    rng, eye = np.random.default_rng(1), eyes()[0]
    same, unknown = lesions.dense(rng, eye, 8, False, False)
    assert same is eye and np.isnan(unknown).all()
    assert not lesions.dense(rng, eye, 8, False, True)[1].any()
    assert (lesions.dense(rng, eye, 8, True, True)[0] != eye).any()
