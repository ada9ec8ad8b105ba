"""Prepared pictures are kept between runs, and a file cut off half-way is never taken for whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.training.samples import Sample
from inference.training.task import cached

SAMPLES = [Sample(Path(str(n)), "drawn", "", "train", str(n)) for n in range(3)]


def test_pictures_are_prepared_once(tmp_path: Path) -> None:
    asked = []

    def load(sample: Sample) -> np.ndarray:
        asked.append(sample)
        return np.full((2, 2, 1), int(sample.path.name), np.uint8)

    path = tmp_path / "work" / "kept.npy"
    one, again = (cached(SAMPLES, load, (2, 2, 1), path) for _ in range(2))
    assert len(asked) == 3 and (one == again).all() and one[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert [file.name for file in path.parent.iterdir()] == ["kept.npy"]


def test_another_number_or_shape_is_prepared_anew(tmp_path: Path) -> None:
    path = tmp_path / "kept.npy"
    cached(SAMPLES, lambda _: np.zeros((2, 2, 1), np.uint8), (2, 2, 1), path)
    assert cached(SAMPLES[:2], lambda _: np.ones((2, 2, 1), np.uint8), (2, 2, 1), path).sum() == 8
    assert cached(SAMPLES[:2], lambda _: np.ones((3, 3, 1), np.uint8), (3, 3, 1), path).shape == (2, 3, 3, 1)
