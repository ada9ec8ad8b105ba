"""What a pack is calibrated and measured on: prepared pictures, never those of a train split."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from inference.training.gate import Recipe
from inference.training.plan import Plan
from inference.training.shelf import Shelf

# (plan, the model to be published) -> sentences for the card.
Probe = Callable[[Plan, bytes], list[str]]


@dataclass(frozen=True)
class Trial:
    """`shelf` holds pictures prepared by `recipe` to size x size with `channels`. `probe` asks more of the model."""

    shelf: Shelf
    recipe: Recipe
    size: int
    channels: int
    probe: Probe | None = None


@runtime_checkable
class Quick(Protocol):
    """A network that can also count its fixed features the quick way, for measuring many pictures."""

    def counted(self, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Logits float64 [N, outputs] of prepared pictures uint8 [N, S, S, C]."""
        ...


def kept(shelf: Shelf) -> Shelf:
    """The shelf without its train split, and without rows of which nothing is known."""
    rows = np.flatnonzero(shelf.split != "train")
    return replace(
        shelf, pictures=shelf.pictures[rows], targets=shelf.targets[rows], weight=shelf.weight[rows],
        normal=shelf.normal[rows], split=shelf.split[rows], group=shelf.group[rows], source=shelf.source[rows],
        notes={name: values[rows] for name, values in shelf.notes.items()},
    )  # fmt: skip
