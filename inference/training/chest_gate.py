"""Is this an upright frontal chest film? Learnt from NIH and Shenzhen films against all sorts of other pictures."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from inference.drawing import draw_chest, draw_fundus, draw_not_medical
from inference.pack.manifest import Step
from inference.training import augment, degrade, gate, samples
from inference.training.config import Config
from inference.training.gate import Item, open_rgb, prepared
from inference.training.shelf import Picture
from inference.training.task import Task
from inference.training.trial import Trial, kept

LABELS = ("gradable", "not_chest")
DRAWN_SIZE = 384
OPACITIES = (None, "cavity", "infiltrate", "nodule")
WEIGHTS = {"misplaced": 0.5, "eyepacs_raw400": 0.5, "drawn": 1.5}


def recipe(size: int) -> gate.Recipe:
    """The pack's preprocessing."""
    side = float(size)
    return [
        {"step": "grayscale"}, {"step": "pad_square"}, {"step": "resize", "height": side, "width": side},
        {"step": "scale", "divide": 255.0},
    ]  # fmt: skip


def change(rng: np.random.Generator, picture: Picture) -> Picture:
    """Another film, or thing, of the same kind."""
    if rng.random() < 0.5:
        picture = np.asarray(cv2.flip(picture, 1), np.uint8).reshape(picture.shape)
    picture = augment.turn(rng, picture, degrees=10, zoom=(0.85, 1.15), shift=0.05)[..., None]
    if rng.random() < 0.25:
        picture = photographed(rng, picture)
    picture = augment.tone(rng, picture, 0.35)
    if rng.random() < 0.3:
        picture = augment.bend(rng, picture)
    return augment.compress(rng, picture, 25, 90) if rng.random() < 0.3 else picture


def misplace(rng: np.random.Generator, film: Picture) -> Picture:
    """No frontal film any more: turned, upside down, a corner of it, one lung, inverted, or as if from the side."""
    size, way = film.shape[0], int(rng.integers(7))
    if way < 3:
        return np.ascontiguousarray(np.rot90(film, way + 1))
    if way == 3:
        side = int(size * rng.uniform(0.22, 0.4))
        top, left = (int(value) for value in rng.integers(0, size - side, 2))
        return np.ascontiguousarray(film[top : top + side, left : left + side])
    if way == 4:
        half = film[:, : size // 2] if rng.random() < 0.5 else film[:, size // 2 :]
        return np.ascontiguousarray(half[:, : int(size * rng.uniform(0.3, 0.5))])
    return np.asarray(255 - film) if way == 5 else _sideways(rng, film)


def _sideways(rng: np.random.Generator, film: Picture) -> Picture:
    """What a lateral film has and a frontal one has not: both lungs in one place, the spine at one edge."""
    middle = film.shape[1] // 2
    left, right = film[:, :middle], film[:, -1 : -middle - 1 : -1]
    both = cv2.addWeighted(np.ascontiguousarray(left), 0.5, np.ascontiguousarray(right), 0.5, 0)
    wide = int(film.shape[1] * rng.uniform(0.6, 0.85))
    return np.asarray(cv2.resize(both, (wide, film.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)


def photographed(rng: np.random.Generator, picture: Picture) -> Picture:
    """Seen through a phone: a little askew, a reflection, the stripes of a screen; uint8 [S, S, 1]."""
    size = picture.shape[0]
    corners = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    bent = (corners + rng.normal(0, 0.035 * size, (4, 2))).astype(np.float32)
    frame = float(rng.choice([0.0, rng.uniform(0, 255)]))
    view = cv2.getPerspectiveTransform(corners, bent)
    gray = cv2.warpPerspective(picture[..., 0], view, (size, size), borderValue=frame).astype(np.float32)
    rows, columns = np.mgrid[0:size, 0:size] / size
    if rng.random() < 0.5:
        y, x = rng.uniform(0, 1, 2)
        spread = rng.uniform(0.02, 0.15)
        gray += rng.uniform(20, 120) * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * spread**2))
    if rng.random() < 0.4:
        angle, pitch = rng.uniform(0, np.pi), rng.uniform(8, size / 3)
        gray += rng.uniform(2, 12) * np.sin(2 * np.pi * pitch * (np.cos(angle) * columns + np.sin(angle) * rows))
    return gray.clip(0, 255).astype(np.uint8)[..., None]


def items(data: Path, size: int) -> Iterator[Item]:
    """Every picture of the gate, real ones first."""
    steps = gate.steps(recipe(size))
    rng = np.random.default_rng(4)
    for place, each in enumerate([*samples.nih(data), *samples.shenzhen(data)]):
        rgb = open_rgb(each.path)
        yield Item(prepared(rgb, steps), "gradable", each.split, each.source, each.group)
        if place % 2 == 0:
            yield Item(prepared(misplace(rng, rgb), steps), "not_chest", each.split, "misplaced", each.group)
    for each in samples.eyepacs(data, "raw400")[::3]:
        yield Item(
            prepared(open_rgb(each.path), steps), "not_chest", gate.split_of(each.group), each.source, each.group
        )
    for each in samples.drimdb(data):
        yield Item(prepared(open_rgb(each.path), steps), "not_chest", each.split, each.source, each.group)
    for each in samples.not_medical(data):
        yield Item(prepared(open_rgb(each.path), steps), "not_chest", "test", each.source, each.group)
    yield from _synthetic(steps)


def _synthetic(steps: tuple[Step, ...]) -> Iterator[Item]:
    def chest(seed: int) -> Picture:
        return draw_chest(900000 + seed, opacity=OPACITIES[seed % 4], size=DRAWN_SIZE)

    def other(seed: int) -> Picture:
        return draw_not_medical(900000 + seed, size=DRAWN_SIZE)

    def eye(seed: int) -> Picture:
        return draw_fundus(900000 + seed, lesions=seed % 5, size=DRAWN_SIZE)

    def nothing(seed: int) -> Picture:
        return degrade.invent(np.random.default_rng([seed, 12]), 256)

    yield from gate.drawn(80, chest, "gradable", "drawn", steps)
    yield from gate.drawn(90, other, "not_chest", "drawn", steps)
    yield from gate.drawn(40, eye, "not_chest", "drawn", steps)
    yield from gate.drawn(800, nothing, "not_chest", "invented", steps)


def build(config: Config, data: Path, work: Path) -> Task:
    """Films and everything else equally often."""
    path = work / f"chest_gate_{config.size}.npz"
    shelf = gate.remembered(path, lambda: gate.shelve(items(data, config.size), LABELS, WEIGHTS))
    return Task(shelf, change, lambda picture: picture, softmax=True, score=gate.score)


def trial(config: Config, data: Path, work: Path) -> Trial:
    """Everything that is not for training."""
    shelf = build(config, data, work).shelf
    return Trial(kept(shelf), recipe(config.size), config.size, 1)
