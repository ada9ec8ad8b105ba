"""Shadows drawn into real normal lungs, so that a network learns what to look for before it learns diagnoses.

Sizes are shares of the film's side. A shadow adds brightness where the lung is dark, as tissue in place of air does.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

KINDS = ("cloud", "nodule", "cavity", "fluid")
Picture = NDArray[np.uint8]
Layer = NDArray[np.float32]
VISIBLE = 6  # grey levels


def paste(rng: np.random.Generator, film: Picture, lung: Picture, grid: int) -> tuple[Picture, NDArray[np.float32]]:
    """Draw shadows inside the lungs of `film` uint8 [S, S]; `lung` is 0..255 of the same shape.

    Returns the new film and float32 [4, grid, grid], 1 where a kind can be seen.
    """
    size = film.shape[0]
    inside = lung > 127
    truth = np.zeros((len(KINDS), grid, grid), np.float32)
    places = np.argwhere(inside)
    if len(places) < 50:
        return film, truth
    field = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), size / 70)
    level = film.astype(np.float32)
    for kind, draw in enumerate((_clouds, _nodules, _cavity, _fluid)):
        if rng.random() < 0.4:
            layer = draw(rng, places, size) * field
            # Ribs and vessels stay visible through thin shadows: brighten towards white, never paint flat.
            change = layer * rng.uniform(0.15, 0.5) * (235.0 - level).clip(0)
            level += change
            seen = (change >= VISIBLE).astype(np.float32)
            cells = cv2.resize(seen, (grid, grid), interpolation=cv2.INTER_AREA)
            truth[kind] = cells > 0.08
    return np.asarray(level.clip(0, 255), np.uint8), truth


def _texture(rng: np.random.Generator, size: int, grain: float) -> Layer:
    """Smooth noise in 0..1 with features of about `grain` of the side."""
    cells = max(3, round(1 / grain))
    noise = rng.random((cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC), np.float32).clip(0, 1)


def _disc(layer: Layer, y: float, x: float, radius: float, stretch: float = 1.0, turn: float = 0.0) -> None:
    axes = (max(1, round(radius * 16)), max(1, round(radius * stretch * 16)))
    centre = (round(x * 16), round(y * 16))
    cv2.ellipse(layer, centre, axes, turn, 0, 360, 1.0, -1, cv2.LINE_8, 4)


def _clouds(rng: np.random.Generator, places: NDArray[np.int64], size: int) -> Layer:
    layer = np.zeros((size, size), np.float32)
    centre = places[rng.integers(len(places))]
    for _ in range(int(rng.integers(1, 7))):
        y, x = centre + rng.normal(0, size * rng.uniform(0.02, 0.07), 2)
        _disc(layer, y, x, size * rng.uniform(0.025, 0.09), rng.uniform(0.5, 1), rng.uniform(0, 180))
    soft = cv2.GaussianBlur(layer, (0, 0), size * rng.uniform(0.01, 0.03))
    return np.asarray(soft * (0.35 + 0.9 * _texture(rng, size, rng.uniform(0.02, 0.06))), np.float32)


def _nodules(rng: np.random.Generator, places: NDArray[np.int64], size: int) -> Layer:
    layer = np.zeros((size, size), np.float32)
    scattered = rng.random() < 0.3  # many fine grains all over, as in miliary spread
    count = int(rng.integers(25, 90)) if scattered else int(rng.integers(1, 4))
    for y, x in places[rng.integers(len(places), size=count)]:
        radius = rng.uniform(0.007, 0.012) if scattered else rng.uniform(0.012, 0.045)
        _disc(layer, y, x, size * radius, rng.uniform(0.75, 1), rng.uniform(0, 180))
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), size * rng.uniform(0.005, 0.009)), np.float32)


def _cavity(rng: np.random.Generator, places: NDArray[np.int64], size: int) -> Layer:
    high = places[places[:, 0] < np.quantile(places[:, 0], 0.6)]  # mostly in the upper half of a lung
    y, x = high[rng.integers(len(high))]
    layer, hole = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    radius, stretch, turn = size * rng.uniform(0.03, 0.08), rng.uniform(0.7, 1), rng.uniform(0, 180)
    _disc(layer, y, x, radius, stretch, turn)
    _disc(hole, y, x, radius * rng.uniform(0.45, 0.75), stretch, turn)
    ring = cv2.GaussianBlur(layer - 1.1 * hole, (0, 0), size * rng.uniform(0.005, 0.012))
    around = _clouds(rng, np.array([[y, x]]), size) if rng.random() < 0.5 else 0.0
    return np.asarray(ring + 0.5 * around * (1 - hole), np.float32)


def _fluid(rng: np.random.Generator, places: NDArray[np.int64], size: int) -> Layer:
    """A white base with a rising edge: fluid at the bottom of one side."""
    left = rng.random() < 0.5
    side = places[(places[:, 1] < size / 2) == left]
    if len(side) < 20:
        return np.zeros((size, size), np.float32)
    bottom, high = side[:, 0].max(), float(side[:, 0].max() - side[:, 0].min())
    columns = np.arange(size, dtype=np.float32)
    outer = float(side[:, 1].min() if left else side[:, 1].max())
    rise = np.exp(-np.abs(columns - outer) / (size * rng.uniform(0.04, 0.12)))
    edge = bottom - high * (rng.uniform(0.02, 0.25) + rng.uniform(0.1, 0.3) * rise)
    rows = np.arange(size, dtype=np.float32)[:, None]
    near = (columns < size / 2) if left else (columns >= size / 2)
    return np.asarray(2.0 * near / (1 + np.exp(-(rows - edge) / (size * 0.015))), np.float32)
