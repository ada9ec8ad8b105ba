"""Drawn retinas as a training sees them."""

from __future__ import annotations

from functools import cache

import numpy as np

from inference.drawing import draw_fundus
from inference.picture.field_light import equalise_field
from inference.training.shelf import Shelf

SIDE = 96


@cache
def eyes() -> np.ndarray:
    """Eight of them, uint8 [8, SIDE, SIDE, 3], evenly lit."""
    return np.stack([equalise_field(draw_fundus(seed, lesions=seed % 5, size=SIDE)) for seed in range(8)])


def shelf_of(pictures: np.ndarray, split: list[str]) -> Shelf:
    """Every second one ill, each of another person."""
    many = len(pictures)
    truth = np.zeros((many, 4), np.float32)
    truth[::2] = 1
    names = np.array([str(place) for place in range(many)])
    return Shelf(pictures, truth, np.ones(many), np.ones(many, bool), np.array(split), names, np.full(many, "photo"))
