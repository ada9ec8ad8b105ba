"""Is this a retina, and can it be graded? Learnt from EyeQ grades of raw EyePACS photos, DRIMDB, and spoilt photos."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from inference.drawing import QUALITIES, draw_chest, draw_fundus, draw_not_medical
from inference.pack.manifest import Step
from inference.picture.field_light import equalise_field
from inference.training import augment, camera, degrade, gate, samples
from inference.training.config import Config
from inference.training.gate import Item, open_rgb, prepared
from inference.training.shelf import Picture
from inference.training.task import Task
from inference.training.trial import Trial, kept

LABELS = ("gradable", "ungradable", "not_retina")
SPOILT_PER_PHOTO = 6
DRAWN_SIZE = 384
EYEQ = {"good": "gradable", "usable": "gradable", "reject": "ungradable"}
DRIMDB = {"good": "gradable", "bad": "ungradable", "outlier": "not_retina"}
WEIGHTS = {"eyepacs_raw400": 4.0, "drimdb": 4.0, "spoilt": 0.6, "eyepacs_relit": 1.2}


def recipe(size: int) -> gate.Recipe:
    """The pack's preprocessing."""
    side = float(size)
    return [
        {"step": "crop_field"}, {"step": "pad_square"}, {"step": "resize", "height": side, "width": side},
        {"step": "scale", "divide": 255.0},
    ]  # fmt: skip


def change(rng: np.random.Generator, picture: Picture) -> Picture:
    """Another photo as good or as bad as this one."""
    picture = augment.mirror(rng, picture, upright=False)
    picture = augment.turn(rng, picture, degrees=25, zoom=(0.88, 1.15), shift=0.03)
    gains = rng.uniform(0.8, 1.2, 3).astype(np.float32)
    picture = np.clip(picture * gains, 0, 255).astype(np.uint8)
    picture = augment.tone(rng, picture, 0.2)
    return augment.compress(rng, picture, 30, 90) if rng.random() < 0.4 else picture


def without_date(rgb: Picture) -> Picture:
    """DRIMDB burns a date into the top right corner: black it out, or it becomes the camera's name."""
    rgb = rgb.copy()
    height, width = rgb.shape[:2]
    rgb[: round(height * 0.06), round(width * 0.6) :] = 0
    return rgb


def items(data: Path, size: int) -> Iterator[Item]:
    """Every picture of the gate, real ones first."""
    steps = gate.steps(recipe(size))
    yield from _photos(data, steps)
    yield from _relit(data, steps)
    for each in samples.drimdb(data):
        picture = prepared(without_date(open_rgb(each.path)), steps)
        yield Item(picture, DRIMDB[each.label], each.split, "drimdb", each.group)
    for path in sorted((data / "fundus" / "vessels_chasedb1" / "images").glob("*.jpg")):
        yield Item(prepared(open_rgb(path), steps), "gradable", "test", "chasedb1", path.name)
    for each in samples.phone_frames(data):
        yield Item(prepared(open_rgb(each.path), steps), "gradable", "look", each.source, each.group)
    for each in [*samples.nih(data)[::4], *samples.shenzhen(data)[::4]]:
        yield Item(prepared(open_rgb(each.path), steps), "not_retina", each.split, each.source, each.group)
    for each in samples.not_medical(data):
        yield Item(prepared(open_rgb(each.path), steps), "not_retina", "test", each.source, each.group)
    yield from _synthetic(steps)


def _photos(data: Path, steps: tuple[Step, ...]) -> Iterator[Item]:
    rng = np.random.default_rng(3)
    for each in samples.eyepacs(data, "raw400"):
        if each.note("eyeq_quality") not in EYEQ:
            continue
        label, split = EYEQ[each.note("eyeq_quality")], gate.split_of(each.group)
        rgb = open_rgb(each.path)
        yield Item(prepared(rgb, steps), label, split, each.source, each.group)
        for _ in range(SPOILT_PER_PHOTO if label == "gradable" else 0):
            spoilt = prepared(degrade.spoil(rng, rgb), steps)
            yield Item(spoilt, "ungradable", split, "spoilt", each.group)


def _relit(data: Path, steps: tuple[Step, ...]) -> Iterator[Item]:
    """The equalised copies with an EyeQ grade, lit anew as cameras light: haze, blur and shadows outlast equalising.

    Darkness does not, so these teach five times more real rejects, and no figure is measured on them.
    """
    rng = np.random.default_rng(4)
    for each in samples.eyepacs(data, "eq256"):
        if each.note("eyeq_quality") in EYEQ:
            lit = camera.exposed(rng, equalise_field(open_rgb(each.path)))
            label = EYEQ[each.note("eyeq_quality")]
            yield Item(prepared(lit, steps), label, each.split, "eyepacs_relit", each.group)


def _synthetic(steps: tuple[Step, ...]) -> Iterator[Item]:
    bad = [quality for quality in QUALITIES if quality != "good"]

    def eye(seed: int, quality: str = "good") -> Picture:
        side = "RL"[seed % 2]
        return draw_fundus(900000 + seed, laterality=side, lesions=seed % 5, quality=quality, size=DRAWN_SIZE)

    def bad_eye(seed: int) -> Picture:
        return eye(seed, bad[seed % len(bad)])

    def other(seed: int) -> Picture:
        return draw_not_medical(900000 + seed, size=DRAWN_SIZE)

    def chest(seed: int) -> Picture:
        return np.repeat(draw_chest(900000 + seed, size=DRAWN_SIZE)[..., None], 3, axis=2)

    def nothing(seed: int) -> Picture:
        return degrade.invent(np.random.default_rng([seed, 11]), 256)

    yield from gate.drawn(80, eye, "gradable", "drawn", steps)
    yield from gate.drawn(100, bad_eye, "ungradable", "drawn", steps)
    yield from gate.drawn(90, other, "not_retina", "drawn", steps)
    yield from gate.drawn(30, chest, "not_retina", "drawn", steps)
    yield from gate.drawn(600, nothing, "not_retina", "invented", steps)


def build(config: Config, data: Path, work: Path) -> Task:
    """All classes equally often; real photos more often than spoilt or drawn ones."""
    path = work / f"fundus_gate_relit_{config.size}.npz"
    shelf = gate.remembered(path, lambda: gate.shelve(items(data, config.size), LABELS, WEIGHTS))
    return Task(shelf, change, lambda picture: picture, softmax=True, score=gate.score)


def trial(config: Config, data: Path, work: Path) -> Trial:
    """Everything that is not for training."""
    shelf = build(config, data, work).shelf
    return Trial(kept(shelf), recipe(config.size), config.size, 3)
