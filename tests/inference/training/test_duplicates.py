"""A copy in another split is found and left out of training."""

from __future__ import annotations

import numpy as np

from inference.training import augment, duplicates
from tests.inference.training.eyes import eyes, shelf_of


def test_a_copy_in_another_split_is_left_out_of_training() -> None:
    copy = augment.compress(np.random.default_rng(0), np.ascontiguousarray(eyes()[2][:, ::-1]), 60, 61)
    shelf = shelf_of(np.concatenate([eyes(), copy[None]]), ["train"] * 8 + ["val"])
    left, pairs = duplicates.without_twins(shelf)
    assert [(pair.learnt, pair.held) for pair in pairs] == [(2, 8)]
    assert left.split.tolist() == ["train", "train", "twin", *["train"] * 5, "val"]
    assert not duplicates.twins(shelf_of(eyes(), ["train"] * 4 + ["val"] * 4))
