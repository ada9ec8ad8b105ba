"""Small sets of pictures on one shelf: each class and source drawn fairly, nobody in two splits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.statistics.areas import OneClass
from inference.training import gate
from inference.training.gate import Item


def item(label: str, split: str = "train", source: str = "real", group: str = "g", level: int = 9) -> Item:
    return Item(np.full((4, 4, 1), level, np.uint8), label, split, source, group)


def test_each_class_is_drawn_equally_often_and_a_source_as_often_as_it_is_worth() -> None:
    items = [item("good"), item("bad"), item("bad"), item("bad", source="drawn"), item("bad", split="test")]
    shelf = gate.shelve(items, ("good", "bad"), {"drawn": 2.0})
    train = shelf.split == "train"
    assert shelf.weight[train & (shelf.targets[:, 0] == 1)].sum() == pytest.approx(1)
    assert shelf.weight[train & (shelf.targets[:, 1] == 1)].tolist() == pytest.approx([0.25, 0.25, 0.5])
    assert shelf.targets.tolist()[:2] == [[1, 0], [0, 1]]


def test_patients_never_cross_splits() -> None:
    assert {gate.split_of(str(i)) for i in range(200)} == {"train", "val", "test"}
    assert all(gate.split_of(str(i)) == gate.split_of(str(i)) for i in range(50))


def test_a_shelf_is_made_once(tmp_path: Path) -> None:
    made = []

    def make() -> gate.Shelf:
        made.append(1)
        return gate.shelve([item("good"), item("bad")], ("good", "bad"), {})

    one, again = (gate.remembered(tmp_path / "work" / "kept.npz", make) for _ in range(2))
    assert len(made) == 1 and (one.pictures == again.pictures).all() and (one.group == again.group).all()


def test_drawn_pictures_of_other_things_are_of_other_people() -> None:
    def eye(seed: int) -> np.ndarray:
        return np.full((8, 8, 3), seed, np.uint8)

    def page(seed: int) -> np.ndarray:
        return eye(seed)

    steps = gate.steps([{"step": "resize", "height": 4.0, "width": 4.0}, {"step": "scale", "divide": 255.0}])
    found = [*gate.drawn(20, eye, "good", "drawn", steps), *gate.drawn(20, page, "bad", "drawn", steps)]
    assert len({one.group for one in found}) == 40
    assert [one.split for one in found[:10]] == ["train"] * 8 + ["val", "test"]
    assert found[3].picture.shape == (4, 4, 3) and (found[3].picture == 3).all()


def test_the_score_is_the_mean_of_each_class_against_the_rest() -> None:
    shelf = gate.shelve([item("good"), item("bad"), item("none")] * 4, ("good", "bad", "none"), {})
    rows = np.arange(12)
    assert gate.score(shelf.targets.astype(np.float32), shelf, rows) == 1
    assert gate.score(np.zeros((12, 3), np.float32), shelf, rows) == 0.5
    with pytest.raises(OneClass):
        gate.score(np.zeros((1, 3), np.float32), shelf, rows[:1])


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_text("<html>")
    with pytest.raises(ValueError, match=r"page\.jpg is not a picture"):
        gate.open_rgb(tmp_path / "page.jpg")
