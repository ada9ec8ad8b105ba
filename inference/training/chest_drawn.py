"""Learning to see films without labels: where the lungs are, and where shadows were drawn into them, cell by cell.

Every training film of both sources takes part, ill or well; nobody says which is which. What is already ill counts as
not drawn: a little noise, in exchange for needing no reader at all.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.statistics.areas import auc
from inference.training import chest_films, opacities
from inference.training.config import Config
from inference.training.feed import pixels
from inference.training.labelled import Labelled
from inference.training.scanner import Looks
from inference.training.shelf import Picture, Shelf
from inference.training.task import Task

FINEST = 8  # one answer for each 8 x 8 pixels
CHECKED = 120


def build(config: Config, data: Path, work: Path) -> Task:
    """Films without their labels."""
    shelf = chest_films.shelve(config, data, work)
    unknown = replace(
        shelf, targets=np.full_like(shelf.targets, np.nan), weight=np.ones(len(shelf.pictures)),
        normal=np.ones(len(shelf.pictures), np.bool_),
    )  # fmt: skip
    change = partial(chest_films.change, looks=Looks(shelf.pictures[shelf.split == "train"]))
    return Task(
        unknown, change, without_lungs, softmax=False, score=partial(chest_films.score, lean=chest_films.TB),
        dense=chest_films.dense, kinds=1 + len(opacities.KINDS), measure=_measure(shelf, config.size),
    )  # fmt: skip


def without_lungs(film: Picture) -> Picture:
    """What the network is shown: the film, not where its lungs are."""
    return film[..., :1]


def labelled(config: Config, data: Path, work: Path) -> dict[str, Labelled]:
    """The same films with what is known of them, to see how few labels are enough afterwards."""
    shelf = chest_films.shelve(config, data, work)
    found = {}
    for name, source, place in (
        ("tuberculosis (Shenzhen)", "shenzhen", chest_films.TB), ("abnormal (NIH)", "nih", chest_films.ABNORMAL),
    ):  # fmt: skip
        rows = np.flatnonzero((shelf.source == source) & np.isin(shelf.split, ["train", "val"]))
        found[name] = Labelled(
            np.stack([without_lungs(shelf.pictures[row]) for row in rows]), shelf.targets[rows, place] > 0.5,
            shelf.split[rows], shelf.group[rows],
        )  # fmt: skip
    return found


def _measure(shelf: Shelf, side: int) -> Callable[[nn.Module], float]:
    """The mean AUC of telling cells with a drawn shadow from cells without, on normal validation films."""
    rng = np.random.default_rng(5)
    rows = np.flatnonzero((shelf.split == "val") & shelf.normal)[:CHECKED]
    grid = side // FINEST
    drawn = [opacities.paste(rng, shelf.pictures[row][..., 0], shelf.pictures[row][..., 1], grid) for row in rows]
    pictures = np.stack([film for film, _ in drawn])[..., None]
    wanted = np.stack([where for _, where in drawn]) > 0.5

    def measure(net: nn.Module) -> float:
        net.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            found = np.concatenate([net(pixels(part)).lesions.float().numpy() for part in np.array_split(pictures, 4)])
        areas = _areas(found[:, 1:], wanted)
        print("  shadows", " ".join(f"{name} {area:.3f}" for name, area in areas.items()))
        return float(np.mean(list(areas.values())))

    return measure


def _areas(found: NDArray[np.float32], wanted: NDArray[np.bool_]) -> dict[str, float]:
    return {
        name: auc(found[:, kind].ravel(), wanted[:, kind].ravel())
        for kind, name in enumerate(opacities.KINDS)
        if wanted[:, kind].any()
    }
