"""Referable retinopathy from the filter bank's answers block by block: a small network that need not learn to see.

The bank turns a photo into 27 maps of 32 x 32 blocks once; a network on those is trained in seconds per epoch. From
pixels, the same network learnt nothing in a thousand steps.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.assess.preprocess import equalise
from inference.training import bank, fundus_dr
from inference.training.config import Config
from inference.training.feed import pixels
from inference.training.fundus_bank import moved
from inference.training.nets import Answer, Block, join, merged, pool
from inference.training.samples import eyepacs
from inference.training.shelf import Picture, Shelf
from inference.training.task import Task, cached

CHANNELS = 27


class BlockNet(nn.Module):
    """Block maps [N, 27, h, w] in 0..1 -> Answer; mean and maximum of the last two stages decide."""

    def __init__(self, widths: tuple[int, ...], outputs: int, dropout: float) -> None:
        super().__init__()
        first, fine, coarse = widths
        self.calm = nn.BatchNorm2d(CHANNELS)
        self.stem = nn.Sequential(join(CHANNELS, first), Block(first, first, 1))
        self.near = Block(first, fine, 2)
        self.far = Block(fine, coarse, 2)
        self.drop = nn.Dropout(dropout)
        self.from_near = nn.Linear(2 * fine, outputs, bias=False)
        self.from_far = nn.Linear(2 * coarse, outputs)

    def forward(self, blocks: Tensor) -> Answer:
        """[N, 27, h, w] -> logits [N, K], cam [N, K, h / 2, w / 2]."""
        near = self.near(self.stem(self.calm(torch.sqrt(blocks + 1e-4))))
        far = self.far(near)
        logits = self.from_near(self.drop(pool(near))) + self.from_far(self.drop(pool(far)))
        wide = nn.functional.interpolate(far, scale_factor=2.0, mode="bilinear", align_corners=False)
        cam = nn.functional.conv2d(near, merged(self.from_near.weight))
        cam = cam + nn.functional.conv2d(wide, merged(self.from_far.weight))
        return Answer(logits, cam, blocks[:, :0])


class Whole(nn.Module):
    """The filter bank and the network on its blocks: photos in, answers out."""

    def __init__(self, net: BlockNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, seen: Tensor) -> Answer:
        """[N, 3, S, S] in 0..1 -> Answer."""
        answer: Answer = self.net(bank.blocks(seen))
        return answer

    def counted(self, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Logits float64 [N, outputs] of prepared pictures uint8 [N, S, S, 3], by the quick way of counting."""
        held = np.stack([bank.count_blocks(picture) for picture in pictures])
        with torch.inference_mode():
            found = [self.net(pixels(held[start : start + 64])).logits for start in range(0, len(held), 64)]
        return np.asarray(torch.cat(found).numpy(), np.float64)


def change(rng: np.random.Generator, held: Picture) -> Picture:
    """The same eye mirrored or turned by quarters, under stronger or weaker contrast."""
    held = np.rot90(held, int(rng.integers(4)))
    held = held[:, ::-1] if rng.random() < 0.5 else held
    gain = np.exp(rng.uniform(-0.25, 0.25))
    lively = held.astype(np.float32)
    lively[..., :24] *= gain
    lively[..., 24:] *= rng.uniform(0.85, 1.15, 3)
    return np.clip(lively, 0, 255).astype(np.uint8)


def build(config: Config, data: Path, work: Path) -> Task:
    """Each training photo as it is and once nearer, turned and compressed."""
    shelf = fundus_dr.build(config, data, work).shelf
    samples = eyepacs(data, "eq256")
    place = {sample.path: index for index, sample in enumerate(samples)}
    side = fundus_dr.COPY // bank.BLOCK
    form = (side, side, CHANNELS)
    plain = cached(
        samples, lambda one: bank.count_blocks(equalise(shelf.pictures[place[one.path]])), form, work / "blocks_eq.npy"
    )
    near = cached(
        samples, lambda one: bank.count_blocks(moved(shelf.pictures[place[one.path]], place[one.path], 0)), form,
        work / "blocks_near.npy",
    )  # fmt: skip
    train = np.flatnonzero(shelf.split == "train")
    rows = np.concatenate([np.arange(len(plain)), train])
    both = Shelf(
        np.concatenate([plain, near[train]]), shelf.targets[rows], shelf.weight[rows], shelf.normal[rows],
        shelf.split[rows], shelf.group[rows], shelf.source[rows],
    )  # fmt: skip
    return Task(both, change, lambda held: held, softmax=False, score=fundus_dr.score)
