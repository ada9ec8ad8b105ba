"""Referable retinopathy from the fixed filter bank: features are counted once, only a small head is learnt."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.assess.preprocess import equalise
from inference.statistics.areas import auc
from inference.training import augment, fundus_dr
from inference.training.bank import Bank, count
from inference.training.config import Config
from inference.training.nets import Answer
from inference.training.shelf import Picture, Shelf

Features = NDArray[np.float32]


class BankNet(nn.Module):
    """The filter bank, its features on a calm scale, and a head of one hidden layer."""

    mean: Tensor
    spread: Tensor

    def __init__(self, features: int, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.bank = Bank()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.head = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(features, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, outputs)
        )

    @classmethod
    def of(cls, config: Config) -> "BankNet":
        """The network of a run, untrained."""
        with torch.inference_mode():
            features = Bank()(torch.rand(1, 3, config.size, config.size))[0].shape[1]
        return cls(features, int(config.options.get("hidden", 64)), 4, config.dropout)

    def forward(self, seen: Tensor) -> Answer:
        """[N, 3, S, S] in 0..1 -> Answer; the map shows where spots answered, whatever the output."""
        features, spots = self.bank(seen)
        logits = self.head(self.calm(features))
        return Answer(logits, spots.expand(-1, logits.shape[1], -1, -1), spots[:, :0])

    def counted(self, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Logits float64 [N, outputs] of prepared pictures uint8 [N, S, S, 3], by the quick way of counting."""
        features = torch.from_numpy(np.stack([count(picture) for picture in pictures]))
        with torch.inference_mode():
            return np.asarray(self.head(self.calm(features)).numpy(), np.float64)

    def calm(self, features: Tensor) -> Tensor:
        """Mean 0 and deviation 1 over the training photos, within -4..4."""
        return ((features - self.mean) / self.spread).clamp(-4.0, 4.0)

    def fit_scale(self, features: Tensor) -> None:
        """Take mean and deviation from training features [N, F]."""
        self.mean.copy_(features.mean(dim=0))
        self.spread.copy_(features.std(dim=0) + 1e-4)


def learn(config: Config, data: Path, work: Path) -> float:
    """Count features (kept on disk), learn the head, save work/<name>/best.pt; returns the validation AUC."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    shelf = fundus_dr.build(config, data, work).shelf
    plain = torch.from_numpy(_counted(shelf.pictures, work / f"bank_eq_{config.size}.npy", _as_is))
    moved = [
        torch.from_numpy(
            _counted(shelf.pictures, work / f"bank_aug{turn}_{config.size}.npy", partial(moved, turn=turn))
        )
        for turn in range(int(config.options.get("views", 1)))
    ]
    net = BankNet.of(config)
    train = torch.from_numpy(np.flatnonzero(shelf.split == "train"))
    net.fit_scale(torch.cat([view[train] for view in (plain, *moved)]))
    best = _fit_head(net, config, shelf, [net.calm(view) for view in (plain, *moved)])
    (work / config.name).mkdir(parents=True, exist_ok=True)
    torch.save(net.state_dict(), work / config.name / "best.pt")
    return best


def _fit_head(net: BankNet, config: Config, shelf: Shelf, views: list[Tensor]) -> float:
    targets, often = torch.from_numpy(shelf.targets), torch.from_numpy(shelf.weight).float()
    train, val = np.flatnonzero(shelf.split == "train"), np.flatnonzero(shelf.split == "val")
    weight = torch.tensor(config.output_weights or (1.0,) * 4)
    optimiser = torch.optim.AdamW(net.head.parameters(), lr=config.rate, weight_decay=config.decay)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.epochs)
    rng, mean = np.random.default_rng(config.seed), torch.optim.swa_utils.AveragedModel(net.head)
    for epoch in range(config.epochs):
        net.head.train()
        order = rng.permutation(train)
        for start in range(0, len(order), config.batch):
            rows = torch.from_numpy(order[start : start + config.batch])
            logits = net.head(views[int(rng.integers(len(views)))][rows])
            each = functional.binary_cross_entropy_with_logits(logits, targets[rows], reduction="none")
            loss = (each * weight * often[rows, None]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        plan.step()
        if epoch >= config.epochs // 2:
            mean.update_parameters(net.head)
    net.head.load_state_dict(mean.module.state_dict())
    net.eval()
    with torch.inference_mode():
        found = net.head(views[0][torch.from_numpy(val)]).numpy()
    return auc(found[:, fundus_dr.REFERABLE], shelf.targets[val, fundus_dr.REFERABLE] > 0.5)


def _counted(pictures: NDArray[np.uint8], path: Path, view: Callable[[Picture, int], Picture]) -> Features:
    if path.exists():
        return np.asarray(np.load(path), np.float32)
    features = np.stack([count(view(picture, place)) for place, picture in enumerate(pictures)])
    np.save(path, features)
    return features


def _as_is(picture: Picture, place: int) -> Picture:
    return equalise(picture)


def moved(picture: Picture, place: int, turn: int) -> Picture:
    """The same eye nearer, turned a little and often compressed hard, as the raw copies are."""
    rng = np.random.default_rng([place, 5 + turn])
    picture = augment.mirror(rng, picture, upright=False)
    picture = augment.turn(rng, picture, degrees=20, zoom=(1.0, 1.35), shift=0.04)
    return equalise(augment.compress(rng, picture, 30, 80) if rng.random() < 0.5 else picture)
