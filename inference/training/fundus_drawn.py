"""Learning to see without labels: find lesions drawn onto retinas without retinopathy, place by place.

A target for every block of the photo teaches a thousand times more per photo than one grade does. Parts of photos are
enough, and cost a quarter.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.picture.field_light import equalise_lit
from inference.statistics.areas import auc
from inference.training import camera, fundus_dr, fundus_spots, lesions
from inference.training.config import Config
from inference.training.feed import pixels
from inference.training.labelled import Labelled
from inference.training.shelf import Picture, Shelf
from inference.training.task import Task

FINEST = 8  # one answer for each 8 x 8 pixels
CHECKED = 200


def build(config: Config, data: Path, work: Path) -> Task:
    """Parts of the copies, `config.size` pixels wide at the copies' own scale."""
    shelf = fundus_spots.shelf_of(data, work)
    change = partial(camera.frame, side=config.size, zoom=(0.9, 1.4), roam=0.22)
    return Task(
        shelf, change, equalise_lit, softmax=False, score=fundus_dr.score, dense=drawn,
        measure=_measure(shelf, config.size),
    )  # fmt: skip


def labelled(config: Config, data: Path, work: Path) -> dict[str, Labelled]:
    """Whole copies with their grades, to see how few labels are enough afterwards."""
    shelf = fundus_spots.shelf_of(data, work)
    seen = np.stack([fundus_spots.finish(one, fundus_dr.COPY) for one in shelf.pictures])
    truth = shelf.targets[:, fundus_dr.REFERABLE] > 0.5
    return {"referable retinopathy (EyePACS)": Labelled(seen, truth, shelf.split, shelf.group)}


def drawn(
    rng: np.random.Generator, picture: Picture, grid: int, draw: bool, normal: bool
) -> tuple[Picture, NDArray[np.float32]]:
    """Lesions drawn onto a part of an eye, then seen through a camera."""
    truth = np.full((len(lesions.KINDS), grid, grid), 0.0 if normal else np.nan, np.float32)
    if draw:
        picture, truth = lesions.paste(rng, picture, grid, fundus_dr.COPY)
    return camera.record(rng, picture), truth


def _measure(shelf: Shelf, side: int) -> Callable[[nn.Module], float]:
    """The mean AUC, over kinds of lesions, of telling blocks with one from blocks without on validation photos."""
    rng = np.random.default_rng(5)
    rows = np.flatnonzero((shelf.split == "val") & shelf.normal)[:CHECKED]
    seen, truth = [], []
    for row in rows:
        part = camera.frame(rng, shelf.pictures[row], side, zoom=(1.0, 1.3), roam=0.2)
        drawn, where = lesions.paste(rng, part, side // FINEST, fundus_dr.COPY)
        seen.append(equalise_lit(camera.record(rng, drawn)))
        truth.append(where)
    pictures, wanted = np.stack(seen), np.stack(truth)

    def measure(net: nn.Module) -> float:
        net.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            found = torch.cat([net(pixels(part)).lesions.float() for part in np.array_split(pictures, 4)]).numpy()
        areas = [auc(found[:, kind].ravel(), wanted[:, kind].ravel() > 0.5) for kind in range(wanted.shape[1])]
        print("  lesions", " ".join(f"{name} {area:.3f}" for name, area in zip(lesions.KINDS, areas, strict=True)))
        return float(np.mean(areas))

    return measure
