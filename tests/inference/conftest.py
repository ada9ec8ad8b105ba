"""Where the real photos are, for the tests that want them."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

DATA = Path(os.environ.get("FIELDLIGHT_REAL_PHOTOS", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture
def real() -> Callable[..., list[np.ndarray]]:
    """real("fundus/quality_drimdb", every=2, quality="good"): RGB photos whose labels match. Skips where absent."""

    def read(folder: str, *, every: int = 1, **labels: str) -> list[np.ndarray]:
        table = DATA / folder / "labels.csv"
        if not table.is_file():
            pytest.skip(f"{folder} is not on this machine")
        with table.open() as lines:
            rows = [row for row in csv.DictReader(lines) if all(row[k] == v for k, v in labels.items())]
        names = sorted({row["image"] for row in rows})[::every]
        pictures = [cv2.imread(str(DATA / folder / name)) for name in names]
        return [np.ascontiguousarray(one[:, :, ::-1]) for one in pictures if one is not None]

    return read


@pytest.fixture
def real_file() -> Callable[[str], Path]:
    def find(name: str) -> Path:
        if not (DATA / name).is_file():
            pytest.skip(f"{name} is not on this machine")
        return DATA / name

    return find
