"""What a pack's recipe must say so that one loop can train any of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from inference.training.feed import Change, Dense, Finish, Picture, Shelf, eye_lesions
from inference.training.lesions import KINDS
from inference.training.samples import Sample


@dataclass(frozen=True)
class Task:
    """A shelf to learn from, how a picture may change and what ends every picture's preparation.

    `score` chooses the weights to keep, or `measure` where it is given. `dense` draws what the network shall find cell
    by cell, `kinds` of them.
    """

    shelf: Shelf
    change: Change
    finish: Finish
    softmax: bool
    score: Callable[[NDArray[np.float32], Shelf, NDArray[np.int64]], float]
    dense: Dense = eye_lesions
    kinds: int = len(KINDS)
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
