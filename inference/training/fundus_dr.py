"""Referable diabetic retinopathy from one photo: EyePACS, learnt as "at least grade 1, 2, 3, 4"."""

from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.assess.preprocess import equalise, resize
from inference.statistics.areas import auc
from inference.training import augment, gate
from inference.training.config import Config
from inference.training.samples import Sample, eyepacs
from inference.training.shelf import Picture, Shelf
from inference.training.task import Task, cached
from inference.training.trial import Trial

COPY = 256  # side of the equalised copies
REFERABLE = 1  # place of "grade 2 or more" among the four outputs


def targets(grades: NDArray[np.int64]) -> NDArray[np.float32]:
    """ICDR grades [N] -> [N, 4]: at least 1, 2, 3, 4."""
    return (grades[:, None] >= np.arange(1, 5)[None, :]).astype(np.float32)


def load(sample: Sample, size: int) -> Picture:
    """A photo as RGB square, before equalisation."""
    picture = gate.open_rgb(sample.path)
    if picture.shape[:2] != (size, size):
        picture = np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    return picture


def recipe(size: int) -> gate.Recipe:
    """The pack's preprocessing: what the EyePACS copies went through, done to any photo."""
    side = float(size)
    return [
        {"step": "crop_field"}, {"step": "pad_square"}, {"step": "resize", "height": side, "width": side},
        {"step": "equalise"}, {"step": "scale", "divide": 255.0},
    ]  # fmt: skip


def change(rng: np.random.Generator, picture: Picture, side: int = 0) -> Picture:
    """Another photo of the same eye, `side` pixels wide (0: as it is), still to be equalised."""
    picture = augment.mirror(rng, picture, upright=False)
    picture = augment.turn(rng, picture, degrees=180, zoom=(0.9, 1.35), shift=0.05, side=side)
    if rng.random() < 0.5:
        picture = augment.shade(rng, picture, 0.4)
    return augment.soften(rng, picture)


def finish(picture: Picture, side: int) -> Picture:
    """What the served preprocessing does last."""
    return equalise(resize(picture, side, side) if picture.shape[0] != side else picture)


def build(config: Config, data: Path, work: Path) -> Task:
    """EyePACS, seen at `config.size`, referable ones drawn more often."""
    samples = eyepacs(data, "eq256")
    grades = np.array([int(sample.label) for sample in samples])
    side = COPY
    pictures = cached(samples, lambda sample: load(sample, side), (side, side, 3), work / f"eyepacs_eq256_{side}.npy")
    often = np.array(config.options.get("often", [1.0, 1.5, 2.0, 3.0, 3.0]))
    shelf = Shelf(
        pictures, targets(grades), often[grades], grades == 0,
        np.array([sample.split for sample in samples]), np.array([sample.group for sample in samples]),
        np.array([sample.source for sample in samples]),
    )  # fmt: skip
    ending, other = partial(finish, side=config.size), partial(change, side=config.size)
    return Task(shelf, other, ending, softmax=False, score=score)


def score(logits: NDArray[np.float32], shelf: Shelf, rows: NDArray[np.int64]) -> float:
    """AUC for referable retinopathy."""
    return auc(logits[:, REFERABLE], shelf.targets[rows, REFERABLE] > 0.5)


def trial(config: Config, data: Path, work: Path) -> Trial:
    """The validation photos (equalised copies) and the development test (raw photos), as they are served."""
    side, steps = config.size, gate.steps(recipe(config.size))
    photos = [each for each in eyepacs(data, "eq256") if each.split == "val"] + eyepacs(data, "raw400")
    pictures = cached(
        photos, lambda each: gate.prepared(gate.open_rgb(each.path), steps), (side, side, 3),
        work / f"fundus_dr_trial_{side}.npy",
    )  # fmt: skip
    grades = np.array([int(each.label) for each in photos])
    shelf = Shelf(
        pictures, targets(grades), np.ones(len(photos)), grades == 0,
        np.array([each.split for each in photos]), np.array([each.group for each in photos]),
        np.array([each.source for each in photos]),
        {
            "quality": np.array([each.note("eyeq_quality") for each in photos]),
            "eye": np.array([each.note("eye") for each in photos]),
            "ICDR grade": np.array([each.label for each in photos]),
        },
    )  # fmt: skip
    return Trial(shelf, recipe(side), side, 3)
