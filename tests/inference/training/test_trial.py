"""What a pack is measured on holds nothing that it learnt from."""

from __future__ import annotations

import numpy as np

from inference.training.shelf import Shelf
from inference.training.trial import kept


def test_the_train_split_is_left_out_row_by_row() -> None:
    names = np.array(list("abcd"))
    split = np.array(["train", "val", "train", "test"])
    rows = np.arange(4)
    shelf = Shelf(
        rows[:, None, None, None].astype(np.uint8), rows[:, None].astype(np.float32), rows.astype(float), rows > 1,
        split, names, names, {"view": names},
    )  # fmt: skip
    left = kept(shelf)
    assert left.split.tolist() == ["val", "test"] and left.pictures.ravel().tolist() == [1, 3]
    assert left.targets.ravel().tolist() == left.weight.tolist() == [1, 3]
    assert left.group.tolist() == left.source.tolist() == left.notes["view"].tolist() == ["b", "d"]
    assert left.normal.tolist() == [False, True]
