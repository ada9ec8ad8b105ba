"""Films without labels teach nothing of their answers."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.training import chest_drawn  # noqa: E402
from inference.training.config import Config  # noqa: E402
from tests.inference.training.eyes import shelf_of  # noqa: E402


def test_without_labels_every_film_is_drawn_onto_and_none_tells_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    films = np.stack([np.dstack([np.full((64, 64), 90, np.uint8), np.full((64, 64), 255, np.uint8)])] * 4)
    shelf = dataclasses.replace(shelf_of(films, ["train", "train", "val", "val"]), normal=np.array([True, False] * 2))
    monkeypatch.setattr(chest_drawn.chest_films, "shelve", lambda *_: shelf)
    config = Config("drawn", "cxr-tb", "chest_drawn", 64, (4, 6, 8, 10), (1, 1, 1, 1), 1)
    task = chest_drawn.build(config, Path(), Path())
    assert np.isnan(task.shelf.targets).all() and task.shelf.normal.all()
    assert task.finish(films[0]).shape == (64, 64, 1)
