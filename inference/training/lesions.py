"""Lesions drawn onto real normal retinas, so that a network learns what to look for before it learns grades.

All sizes are in pixels of a 256 px field. Colours are shifts of the retina underneath, because the photos are
histogram-equalised and have no absolute colour left.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

KINDS = ("microaneurysm", "haemorrhage", "exudate", "cotton_wool")

Picture = NDArray[np.uint8]
VISIBLE = 25  # grey levels


def paste(
    rng: np.random.Generator, picture: Picture, grid: int, field_side: int = 0
) -> tuple[Picture, NDArray[np.float32]]:
    """Draw a random set of lesions inside the lit field.

    `picture` is uint8 [S, S, 3], a part of a photo whose field is `field_side` pixels wide (0: the whole photo).
    Returns the new picture and float32 [4, grid, grid], 1 where a kind can be seen.
    """
    size = picture.shape[0]
    unit = (field_side or size) / 256
    field = cv2.erode(cv2.inRange(cv2.extractChannel(picture, 1), 16, 255), np.ones((9, 9), np.uint8)) > 0
    truth = np.zeros((len(KINDS), grid, grid), np.float32)
    places = np.argwhere(field[::4, ::4]) * 4
    if len(places) < 20:
        return picture, truth
    picture = picture.copy()
    for kind, draw in enumerate((_dots, _blots, _crumbs, _fluff)):
        if rng.random() < 0.5:
            before = picture.copy()
            _blend(rng, kind, picture, draw(rng, places, size, unit) * field)
            # A lesion drawn where the photo is black or white cannot be seen: it must not count.
            seen = cv2.absdiff(before, picture).max(axis=2) >= VISIBLE
            truth[kind] = seen.reshape(grid, size // grid, grid, size // grid).any(axis=(1, 3))
    return picture, truth


def dense(
    rng: np.random.Generator, picture: Picture, grid: int, draw: bool, normal: bool
) -> tuple[Picture, NDArray[np.float32]]:
    """Lesions of retinopathy; on a picture neither drawn onto nor normal nobody knows where they are."""
    if draw:
        return paste(rng, picture, grid)
    return picture, np.full((len(KINDS), grid, grid), 0.0 if normal else np.nan, np.float32)


def _blend(rng: np.random.Generator, kind: int, picture: Picture, mask: NDArray[np.float32]) -> None:
    left, top, width, height = cv2.boundingRect((mask > 0.01).astype(np.uint8))
    window = (slice(top, top + height), slice(left, left + width))
    part = picture[window].astype(np.float32)
    if part.size:
        part += mask[window][..., None] * _shift(rng, kind, part)
        picture[window] = np.clip(part, 0, 255)


def _shift(rng: np.random.Generator, kind: int, canvas: NDArray[np.float32]) -> NDArray[np.float32]:
    if kind < 2:  # blood takes green and blue, and leaves some red
        depth = rng.uniform(0.25, 0.75)
        return -canvas * np.array([depth * rng.uniform(0.2, 0.9), depth, depth * rng.uniform(0.4, 1.0)], np.float32)
    lift = rng.uniform(0.35, 0.95)
    tint = np.array([1.0, 1.0, rng.uniform(0.1, 0.7) if kind == 2 else rng.uniform(0.6, 1.0)], np.float32)
    return (255.0 - canvas) * lift * tint


def _some(rng: np.random.Generator, places: NDArray[np.int64], low: int, high: int) -> NDArray[np.int64]:
    count = int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))
    if rng.random() < 0.5:
        return np.asarray(places[rng.integers(len(places), size=count)], np.int64)
    centre, spread = places[rng.integers(len(places))], rng.uniform(6, 40)
    near = centre + rng.normal(0, spread, (count, 2))
    return np.asarray(np.clip(np.rint(near), 0, places.max()), np.int64)


def _dots(rng: np.random.Generator, places: NDArray[np.int64], size: int, unit: float) -> NDArray[np.float32]:
    mask = np.zeros((size, size), np.float32)
    for y, x in _some(rng, places, 1, 20):
        _spot(mask, y + rng.uniform(-0.5, 0.5), x + rng.uniform(-0.5, 0.5), rng.uniform(0.6, 1.4) * unit)
    return mask


def _spot(mask: NDArray[np.float32], y: float, x: float, sigma: float) -> None:
    reach = int(np.ceil(3 * sigma))
    top, left = max(0, int(y) - reach), max(0, int(x) - reach)
    part = mask[top : int(y) + reach + 1, left : int(x) + reach + 1]
    rows = np.arange(top, top + part.shape[0])[:, None]
    columns = np.arange(left, left + part.shape[1])[None, :]
    bump = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * sigma**2))
    np.maximum(part, bump.astype(np.float32), out=part)


def _blob(rng: np.random.Generator, mask: NDArray[np.float32], y: int, x: int, radius: float) -> None:
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    reach = radius * rng.uniform(0.5, 1.4, 12)
    stretch, turn = rng.uniform(0.4, 1.0), rng.uniform(0, np.pi)
    along, across = reach * np.cos(angles), reach * np.sin(angles) * stretch
    points = np.stack(
        [x + along * np.cos(turn) - across * np.sin(turn), y + along * np.sin(turn) + across * np.cos(turn)], axis=1
    )
    cv2.fillPoly(mask, [np.rint(points * 16).astype(np.int32)], 1.0, cv2.LINE_8, 4)


def _blots(rng: np.random.Generator, places: NDArray[np.int64], size: int, unit: float) -> NDArray[np.float32]:
    mask = np.zeros((size, size), np.float32)
    for y, x in _some(rng, places, 1, 12):
        _blob(rng, mask, int(y), int(x), float(np.exp(rng.uniform(np.log(1.5), np.log(8)))) * unit)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 1.0)), np.float32)


def _crumbs(rng: np.random.Generator, places: NDArray[np.int64], size: int, unit: float) -> NDArray[np.float32]:
    mask = np.zeros((size, size), np.float32)
    for y, x in _some(rng, places, 2, 40):
        _blob(rng, mask, int(y), int(x), rng.uniform(0.6, 2.6) * unit)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 0.7)), np.float32)


def _fluff(rng: np.random.Generator, places: NDArray[np.int64], size: int, unit: float) -> NDArray[np.float32]:
    mask = np.zeros((size, size), np.float32)
    for y, x in _some(rng, places, 1, 5):
        _blob(rng, mask, int(y), int(x), rng.uniform(3.0, 8.0) * unit)
    return cv2.GaussianBlur(mask, (0, 0), rng.uniform(1.5, 3.0)) * rng.uniform(0.5, 1.0)
