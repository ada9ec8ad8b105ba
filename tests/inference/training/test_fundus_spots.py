"""Copies as served, and the same through an invented camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.training import fundus_spots
from inference.training.config import Config
from tests.inference.training.eyes import eyes


def test_the_recipe_ends_at_the_size_asked_for() -> None:
    assert [step["step"] for step in fundus_spots.recipe(64)][-2:] == ["equalise_field", "scale"]


def test_a_camera_is_the_same_each_time_and_another_for_each_photo() -> None:
    one, same, other = (fundus_spots.through_a_camera(eyes()[0], seed, 64) for seed in (1, 1, 2))
    assert one.shape == (64, 64, 3) and (one == same).all() and (one != other).any()


def test_weights_are_chosen_on_copies_seen_both_ways(data: Path, tmp_path: Path) -> None:
    config = Config("tiny", "fundus-dr", "fundus_spots", 32, (4, 4), (1, 1), 1)
    task = fundus_spots.build(config, data, tmp_path)
    assert task.views is not None and len(task.views) == 2
    assert set(task.shelf.split.tolist()) == {"train", "val"}
    held = int((task.shelf.split == "val").sum())
    assert all(view.shape == (held, 32, 32, 3) for view in task.views)
    changed = task.change(np.random.default_rng(1), task.shelf.pictures[0])
    assert task.finish(changed).shape == (32, 32, 3)
