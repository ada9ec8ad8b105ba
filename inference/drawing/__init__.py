"""Drawn pictures for tests, exams and demonstrations: no patient ever sat for one of them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.drawing.chest import draw_chest
from inference.drawing.fundus import QUALITIES, draw_fundus

__all__ = ["QUALITIES", "draw_chest", "draw_fundus", "draw_not_medical", "mark_synthetic"]


def draw_not_medical(seed: int, *, size: int = 1024) -> NDArray[np.uint8]:
    """Draw something that is neither a retina nor a chest film: a chart, a street, or a page of text.

    Returns uint8 size x size x 3, RGB.
    """
    rng = np.random.default_rng([seed, 7])
    return (_chart, _street, _page)[seed % 3](rng, size)


def mark_synthetic(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy (gray or RGB, uint8) with a small readable SYNTHETIC burnt into its lower left corner."""
    marked = image.copy()
    scale = max(0.35, min(image.shape[:2]) / 1100)
    (width, height), below = cv2.getTextSize("SYNTHETIC", cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    left, bottom = round(10 * scale), image.shape[0] - round(10 * scale)
    thick, black, white = max(1, round(1.4 * scale)), _ink(image, 0), _ink(image, 235)
    corner, opposite = (left - 3, bottom - height - 3), (left + width + 3, bottom + below)
    cv2.rectangle(marked, corner, opposite, black, -1)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(marked, "SYNTHETIC", (left, bottom), font, scale, white, thick, cv2.LINE_AA)
    return marked


def _ink(image: NDArray[np.uint8], value: int) -> tuple[int, ...]:
    return (value,) * (1 if image.ndim == 2 else image.shape[2])


def _colour(rng: np.random.Generator, low: int = 40, high: int = 220) -> tuple[int, ...]:
    return tuple(int(value) for value in rng.integers(low, high, 3))


def _chart(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    picture = np.full((size, size, 3), 250, np.uint8)
    bars, floor = int(rng.integers(5, 10)), round(size * 0.88)
    for index in range(bars):
        left = round(size * (0.1 + 0.8 * index / bars))
        top = round(size * rng.uniform(0.15, 0.8))
        cv2.rectangle(picture, (left, top), (left + round(0.6 * size / bars), floor), _colour(rng), -1)
    cv2.line(picture, (size // 12, floor), (size - size // 12, floor), (30, 30, 30), max(1, size // 300))
    return picture


def _street(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    sky = np.linspace(235, 150, size)[:, None, None] * np.array([0.75, 0.88, 1.0])
    picture = np.ascontiguousarray(np.broadcast_to(sky, (size, size, 3)), np.float32).astype(np.uint8)
    left = 0
    while left < size:
        width, top = round(size * rng.uniform(0.12, 0.25)), round(size * rng.uniform(0.25, 0.55))
        cv2.rectangle(picture, (left, top), (left + width, round(size * 0.8)), _colour(rng, 90, 200), -1)
        for x in range(left + width // 6, left + width - width // 5, max(2, width // 4)):
            for y in range(top + width // 6, round(size * 0.74), max(2, width // 3)):
                cv2.rectangle(picture, (x, y), (x + width // 9, y + width // 6), _colour(rng, 30, 120), -1)
        left += width
    cv2.rectangle(picture, (0, round(size * 0.8)), (size, size), (90, 92, 96), -1)
    return picture


def _page(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    picture = np.full((size, size, 3), (248, 246, 238), np.uint8)
    letters = list("abcdefghiklmnoprstuvw ")
    for y in range(size // 10, size - size // 12, max(8, size // 26)):
        line = "".join(rng.choice(letters, 44))
        at, thick = (size // 12, y), max(1, size // 700)
        cv2.putText(picture, line, at, cv2.FONT_HERSHEY_SIMPLEX, size / 1024, (40, 40, 44), thick)
    return picture
