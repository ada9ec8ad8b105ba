"""Referable retinopathy from the pixels, framed, lit and compressed as another camera would: EyePACS copies."""

from functools import partial
from pathlib import Path

import numpy as np

from inference.assess.preprocess import resize
from inference.picture.field_light import equalise_lit, in_the_dark
from inference.training import camera, fundus_dr, gate
from inference.training.config import Config
from inference.training.samples import Sample, eyepacs
from inference.training.shelf import Picture, Shelf
from inference.training.task import Task, cached
from inference.training.trial import Trial

COPY = fundus_dr.COPY
OFTEN = (1.0, 1.5, 3.0, 4.0, 4.0)  # how often a photo of each grade is drawn
ZOOM = (0.9, 1.4)
AS_SERVED = (1.0, 1.3)  # photos cut square show the eye this much nearer than the copies


def recipe(size: int) -> gate.Recipe:
    """The pack's preprocessing: the same eye looks alike trimmed, padded or cut square."""
    side = float(size)
    return [
        {"step": "crop_field"}, {"step": "pad_square"}, {"step": "resize", "height": side, "width": side},
        {"step": "equalise_field"}, {"step": "scale", "divide": 255.0},
    ]  # fmt: skip


def shelf_of(data: Path, work: Path) -> Shelf:
    """The equalised copies, black outside the field."""
    photos = eyepacs(data, "eq256")
    pictures = cached(photos, _copy, (COPY, COPY, 3), work / "eyepacs_eq256_field.npy")
    grades = np.array([int(photo.label) for photo in photos])
    return Shelf(
        pictures, fundus_dr.targets(grades), np.array(OFTEN)[grades], grades == 0,
        np.array([photo.split for photo in photos]), np.array([photo.group for photo in photos]),
        np.array([photo.source for photo in photos]),
    )  # fmt: skip


def build(config: Config, data: Path, work: Path) -> Task:
    """EyePACS, ill eyes more often; the weights are kept that do best on validation copies seen both ways."""
    shelf = shelf_of(data, work)
    zoom = tuple(config.options.get("zoom", ZOOM))
    change = partial(another, side=config.size, zoom=zoom)
    rows = np.flatnonzero(shelf.split == "val")
    plain = np.stack([finish(picture, config.size) for picture in shelf.pictures[rows]])
    views = np.stack([through_a_camera(shelf.pictures[row], int(row), config.size) for row in rows])
    return Task(shelf, change, equalise_lit, softmax=False, score=fundus_dr.score, views=(plain, views))


def another(rng: np.random.Generator, picture: Picture, side: int, zoom: tuple[float, float]) -> Picture:
    """The same eye framed, lit and stored by another camera, `side` pixels wide."""
    return camera.record(rng, camera.frame(rng, picture, side, zoom=zoom, roam=0.06, scale=side / COPY))


def finish(picture: Picture, side: int) -> Picture:
    """A copy as the served preprocessing leaves it."""
    return equalise_lit(resize(picture, side, side) if picture.shape[0] != side else picture)


def through_a_camera(picture: Picture, seed: int, side: int) -> Picture:
    """A validation copy as one camera would deliver it, the same each time."""
    rng = np.random.default_rng([seed, 77])
    near = camera.frame(rng, picture, side, zoom=AS_SERVED, roam=0.03, scale=side / COPY)
    return equalise_lit(camera.record(rng, near))


def trial(config: Config, data: Path, work: Path) -> Trial:
    """Validation copies, the same through invented cameras, and the raw photos of the development test."""
    side, steps = config.size, gate.steps(recipe(config.size))
    val = [photo for photo in eyepacs(data, "eq256") if photo.split == "val"]
    raw = eyepacs(data, "raw400")
    form = (side, side, 3)
    served = cached(
        val + raw, lambda one: gate.prepared(gate.open_rgb(one.path), steps), form, work / f"spots_trial_{side}.npy"
    )
    numbers = {photo.path: number for number, photo in enumerate(eyepacs(data, "eq256"))}
    views = np.stack([through_a_camera(_copy(photo), numbers[photo.path], side) for photo in val])
    photos = [*val, *val, *raw]
    grades = np.array([int(photo.label) for photo in photos])
    source = [f"{photo.source}{' through cameras' if len(val) <= i < 2 * len(val) else ''}" for i, photo in
              enumerate(photos)]  # fmt: skip
    shelf = Shelf(
        np.concatenate([served[: len(val)], views, served[len(val) :]]), fundus_dr.targets(grades),
        np.ones(len(photos)), grades == 0, np.array([photo.split for photo in photos]),
        np.array([photo.group for photo in photos]), np.array(source),
        {
            "quality": np.array([photo.note("eyeq_quality") for photo in photos]),
            "eye": np.array([photo.note("eye") for photo in photos]),
            "ICDR grade": np.array([photo.label for photo in photos]),
        },
    )  # fmt: skip
    return Trial(shelf, recipe(side), side, 3)


def _copy(photo: Sample) -> Picture:
    return in_the_dark(fundus_dr.load(photo, COPY))
