"""What the two gates share: many small sets of pictures put on one shelf, each class and source drawn fairly."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from msgspec import convert
from numpy.typing import NDArray

from inference.assess.preprocess import shape_pixels
from inference.pack.manifest import Step
from inference.statistics.areas import auc
from inference.training.shelf import Picture, Shelf

Recipe = list[dict[str, float | str]]


@dataclass(frozen=True)
class Item:
    """One prepared picture with its class."""

    picture: Picture
    label: str
    split: str
    source: str
    group: str


def steps(wanted: Recipe) -> tuple[Step, ...]:
    """The manifest's preprocessing steps, ready to run; those on pixels and those on tensors alike."""
    return convert(wanted, tuple[Step, ...])


def open_rgb(path: Path) -> Picture:
    """A file as uint8 RGB. Raises ValueError where it is no picture."""
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        raise ValueError(f"{path.name} is not a picture")
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB), np.uint8)


def prepared(rgb: Picture, recipe: tuple[Step, ...]) -> Picture:
    """The served preprocessing up to the tensor: uint8 [S, S, C]."""
    picture, _ = shape_pixels(rgb, recipe)
    return picture if picture.ndim == 3 else picture[:, :, None]


def split_of(group: str, shares: tuple[float, float] = (0.55, 0.15)) -> str:
    """A patient's split, always the same: train, val, or the rest for test."""
    place = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 2**32
    if place < shares[0]:
        return "train"
    return "val" if place < sum(shares) else "test"


def thirds(index: int) -> str:
    """The split of drawn and invented pictures: most to train."""
    return {8: "val", 9: "test"}.get(index % 10, "train")


def shelve(items: Iterable[Item], labels: Sequence[str], rarer: dict[str, float]) -> Shelf:
    """One shelf, each class drawn equally often; within a class a source counts `rarer.get(source, 1)` per picture."""
    kept = list(items)
    label = np.array([labels.index(item.label) for item in kept])
    weight = np.array([rarer.get(item.source, 1.0) for item in kept], float)
    for place in range(len(labels)):
        rows = (label == place) & np.array([item.split == "train" for item in kept])
        weight[label == place] /= max(weight[rows].sum(), 1e-9)
    return Shelf(
        np.stack([item.picture for item in kept]), np.eye(len(labels), dtype=np.float32)[label], weight,
        np.zeros(len(kept), bool), np.array([item.split for item in kept]),
        np.array([item.group for item in kept]), np.array([item.source for item in kept]),
    )  # fmt: skip


def remembered(path: Path, make: Callable[[], Shelf]) -> Shelf:
    """The shelf in the file `path`, made once: drawing and spoiling thousands of pictures takes a minute."""
    names = ("pictures", "targets", "weight", "normal", "split", "group", "source")
    if not path.exists():
        shelf = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{name: getattr(shelf, name) for name in names})
    with np.load(path, allow_pickle=False) as kept:
        return Shelf(*(kept[name] for name in names))


def score(logits: NDArray[np.float32], shelf: Shelf, rows: NDArray[np.int64]) -> float:
    """The mean of each class's AUC against the rest."""
    truth = shelf.targets[rows] > 0.5
    margin = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return float(np.mean([auc(margin[:, k], truth[:, k]) for k in range(truth.shape[1])]))


def drawn(
    count: int, draw: Callable[[int], Picture], label: str, source: str, recipe: tuple[Step, ...]
) -> Iterable[Item]:
    """`count` drawn pictures, seed by seed, each of somebody or something else: `draw` says by its name of what."""
    for seed in range(count):
        name = f"{source}-{draw.__name__}-{seed}"
        yield Item(prepared(draw(seed), recipe), label, thirds(seed), source, name)
