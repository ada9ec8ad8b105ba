"""What a pack's recipe must say so that one loop can train any of them. No torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inference.training import lesions
from inference.training.samples import Sample
from inference.training.shelf import Picture, Shelf

if TYPE_CHECKING:
    # A recipe without its network must be readable where torch is not: cards are issued again there.
    from torch import nn

Change = Callable[[np.random.Generator, Picture], Picture]
Finish = Callable[[Picture], Picture]
# (rng, picture, grid, draw, normal) -> the picture, drawn onto where `draw`, and the truth [kinds, grid, grid].
Dense = Callable[[np.random.Generator, Picture, int, bool, bool], tuple[Picture, NDArray[np.float32]]]


@dataclass(frozen=True)
class Task:
    """A shelf to learn from, how a picture may change and what ends every picture's preparation.

    `score` chooses the weights to keep, as a mean over `views`, each the validation pictures ready for the network
    (None: one view, each picture finished), or `measure` where it is given. `dense` draws what the network shall find
    cell by cell, `kinds` of them.
    """

    shelf: Shelf
    change: Change
    finish: Finish
    softmax: bool
    score: Callable[[NDArray[np.float32], Shelf, NDArray[np.int64]], float]
    dense: Dense = lesions.dense
    kinds: int = len(lesions.KINDS)
    views: Sequence[NDArray[np.uint8]] | None = None
    measure: Callable[[nn.Module], float] | None = None


def cached(
    samples: list[Sample], load: Callable[[Sample], Picture], shape: tuple[int, int, int], path: Path
) -> NDArray[np.uint8]:
    """The prepared pictures uint8 [N, *shape] of `samples`, kept in the file `path` between runs."""
    if path.exists():
        kept = np.load(path, mmap_mode="r")
        if kept.shape == (len(samples), *shape):
            return np.asarray(kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = np.stack([load(sample) for sample in samples])
    unfinished = path.with_suffix(".tmp.npy")
    np.save(unfinished, pictures)
    unfinished.replace(path)
    return pictures
