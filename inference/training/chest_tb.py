"""Tuberculosis on a chest film: Shenzhen, with the abnormal films of NIH as a second question for the same network."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.pack.manifest import Step
from inference.statistics.areas import auc
from inference.training import augment, gate, samples
from inference.training.config import Config
from inference.training.samples import Sample
from inference.training.shelf import Picture, Shelf
from inference.training.task import Task, cached
from inference.training.trial import Trial, kept

BORDER = 0.09  # corners and edges alone tell the two classes of Shenzhen apart
COPY = 128  # the Shenzhen set is only there at this size: films of NIH lose their finer detail likewise


def recipe(size: int) -> gate.Recipe:
    """The pack's preprocessing."""
    side = float(size)
    return [
        {"step": "grayscale"}, {"step": "border_crop", "fraction": BORDER},
        {"step": "resize", "height": side, "width": side}, {"step": "scale", "divide": 255.0},
    ]  # fmt: skip


def change(rng: np.random.Generator, picture: Picture) -> Picture:
    """Another film of the same chest, from another scanner."""
    if rng.random() < 0.5:
        picture = np.asarray(cv2.flip(picture, 1), np.uint8).reshape(picture.shape)
    picture = augment.turn(rng, picture, degrees=8, zoom=(0.95, 1.2), shift=0.05)[..., None]
    picture = augment.tone(rng, picture, 0.4)
    if rng.random() < 0.5:
        picture = augment.bend(rng, picture)
    if rng.random() < 0.3:
        picture = augment.shade(rng, picture, 0.2)
    picture = augment.soften(rng, picture).reshape(picture.shape)
    return augment.hide(rng, picture, 0.3) if rng.random() < 0.3 else picture


def load(sample: Sample, steps: tuple[Step, ...]) -> Picture:
    """A film at the detail of the Shenzhen copies, through the served preprocessing."""
    rgb = gate.open_rgb(sample.path)
    if rgb.shape[:2] != (COPY, COPY):
        rgb = np.asarray(cv2.resize(rgb, (COPY, COPY), interpolation=cv2.INTER_AREA), np.uint8)
    return gate.prepared(rgb, steps)


def build(config: Config, data: Path, work: Path) -> Task:
    """Outputs [tuberculosis, abnormal]; the first is unknown for NIH films."""
    steps, side = gate.steps(recipe(config.size)), config.size
    films = [*samples.shenzhen(data), *samples.nih(data)]
    pictures = cached(films, lambda film: load(film, steps), (side, side, 1), work / f"chest_tb_{side}.npy")
    source = np.array([film.source for film in films])
    ill = np.array([film.label in ("tb", "abnormal") for film in films])
    targets = np.stack([np.where(source == "shenzhen", ill, np.nan), ill], axis=1).astype(np.float32)
    weight = np.where(source == "shenzhen", float(config.options.get("shenzhen_weight", 4.0)), 1.0)
    # Bed-side films (AP) are mostly normal here and standing ones mostly not: draw both answers alike in each view.
    for view in ("AP", "PA"):
        for answer in (True, False):
            rows = np.array([film.note("view") == view for film in films]) & (ill == answer)
            train = rows & np.array([film.split == "train" for film in films])
            weight[rows] *= 300 / max(1, int(train.sum()))
    shelf = Shelf(
        pictures, targets, weight, np.zeros(len(films), bool), np.array([film.split for film in films]),
        np.array([film.group for film in films]), source,
        {"tone": np.array([film.note("tone") for film in films])},
    )  # fmt: skip
    return Task(shelf, change, lambda picture: picture, softmax=False, score=score)


def score(logits: NDArray[np.float32], shelf: Shelf, rows: NDArray[np.int64]) -> float:
    """AUC for tuberculosis among the Shenzhen films."""
    known = ~np.isnan(shelf.targets[rows, 0])
    return auc(logits[known, 0], shelf.targets[rows[known], 0] > 0.5)


def trial(config: Config, data: Path, work: Path) -> Trial:
    """The Shenzhen films that are not for training."""
    shelf = build(config, data, work).shelf
    split = np.where(shelf.source == "shenzhen", shelf.split, "train")
    return Trial(kept(replace(shelf, split=split)), recipe(config.size), config.size, 1)
