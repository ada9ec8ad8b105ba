"""Batches for training: drawn at random by weight, changed at random, ready one step ahead of the network."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.training import lesions
from inference.training.config import Config
from inference.training.shelf import Shelf
from inference.training.task import Change, Dense, Finish


@dataclass(frozen=True, slots=True)
class Batch:
    """pixels [B, C, S, S] in 0..1, targets [B, K], drawn [B, L, g, g] with nan where lesions are unknown."""

    pixels: Tensor
    targets: Tensor
    drawn: Tensor


def pixels(pictures: NDArray[np.uint8]) -> Tensor:
    """uint8 [B, S, S, C] -> float32 [B, C, S, S] in 0..1, as the served preprocessing gives it."""
    tensor = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
    return tensor.to(torch.float32, memory_format=torch.channels_last) / 255.0


class Feed:
    """Random training batches of a shelf; the same seed and epoch give the same batches."""

    def __init__(
        self, shelf: Shelf, config: Config, change: Change, finish: Finish, grid: int,
        dense: Dense = lesions.dense, kinds: int = len(lesions.KINDS),
    ) -> None:  # fmt: skip
        self.shelf, self.config, self.change, self.finish, self.grid = shelf, config, change, finish, grid
        self.dense, self.kinds = dense, kinds if grid else 0
        self.train = np.flatnonzero(shelf.split == "train")
        self.normal = np.flatnonzero((shelf.split == "train") & shelf.normal)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of one epoch, made on a second thread."""
        made: queue.Queue[Batch | None] = queue.Queue(maxsize=4)

        def work() -> None:
            for batch in self._batches(number):
                made.put(batch)
            made.put(None)

        threading.Thread(target=work, daemon=True).start()
        while (batch := made.get()) is not None:
            yield batch

    def _batches(self, number: int) -> Iterator[Batch]:
        rng = np.random.default_rng([self.config.seed, number])
        only_drawn = number < self.config.draw_first
        source = self.normal if only_drawn else self.train
        weight = self.shelf.weight[source]
        chosen = rng.choice(source, len(source), p=weight / weight.sum())
        drawn_share = 0.7 if only_drawn else self.config.draw_share
        for start in range(0, len(chosen) - self.config.batch + 1, self.config.batch):
            yield self._batch(rng, chosen[start : start + self.config.batch], drawn_share)

    def _batch(self, rng: np.random.Generator, chosen: NDArray[np.int64], drawn_share: float) -> Batch:
        targets = self.shelf.targets[chosen].copy()
        truth = np.full((len(chosen), self.kinds, self.grid, self.grid), np.nan, np.float32)
        out = []
        for place, index in enumerate(chosen):
            draw = bool(self.kinds) and rng.random() < drawn_share
            if draw and not self.shelf.normal[index]:
                index = rng.choice(self.normal)
            picture = self.change(rng, self.shelf.pictures[index])
            if self.kinds:
                picture, truth[place] = self.dense(rng, picture, self.grid, draw, bool(self.shelf.normal[index]))
            if draw:
                targets[place] = np.nan
            out.append(self.finish(picture))
        return Batch(pixels(np.stack(out)), torch.from_numpy(targets), torch.from_numpy(truth))
