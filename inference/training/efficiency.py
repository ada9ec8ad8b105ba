"""What pre-training is worth: how well a network's maps tell ill eyes apart when only a few labels may be used.

python -m inference.training.efficiency CONFIG [--data FOLDER] [--work FOLDER]

The network of the pre-training run CONFIG is frozen, and only a ridge of its gathered maps is fitted, on the pictures
of 5, 10, 25 and 100 % of the training patients; the same with the same network left at random weights. Nothing else
differs, so the gap is what the pre-training taught.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import optimize
from torch import nn

from inference.statistics.areas import auc
from inference.thresholds.calibration import sigmoid
from inference.training import config as settings
from inference.training import run
from inference.training.feed import pixels
from inference.training.labelled import Labelled
from inference.training.networks import network

SHARES = (0.05, 0.10, 0.25, 1.0)
STRENGTHS = (1.0, 10.0, 100.0)
DRAWS = 5  # different choices of the patients, averaged

Numbers = NDArray[np.float64]


def maps(net: nn.Module, pictures: NDArray[np.uint8]) -> Numbers:
    """The gathered maps [N, F] of pictures uint8 [N, S, S, C]."""
    found = []
    net.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(pictures), 64):
            found.append(net.gathered(pixels(pictures[start : start + 64])).float().numpy())
    return np.concatenate(found).astype(np.float64)


def ridge(seen: Numbers, truth: NDArray[np.bool_], strength: float) -> Numbers:
    """Weights [F + 1] of a logistic regression with a squared penalty; the last is the intercept."""

    def cost(weights: Numbers) -> tuple[float, Numbers]:
        level = seen @ weights[:-1] + weights[-1]
        loss = float(np.logaddexp(0, np.where(truth, -level, level)).sum() + strength * (weights[:-1] ** 2).sum() / 2)
        gap = sigmoid(level) - truth
        return loss, np.append(seen.T @ gap + strength * weights[:-1], gap.sum())

    return np.asarray(optimize.minimize(cost, np.zeros(seen.shape[1] + 1), jac=True, method="L-BFGS-B").x, np.float64)


def curve(seen: Numbers, known: Labelled, seed: int = 3) -> dict[float, float]:
    """Share of the training patients -> mean AUC on the validation split."""
    train, val = np.flatnonzero(known.split == "train"), np.flatnonzero(known.split == "val")
    seen = (seen - seen[train].mean(axis=0)) / (seen[train].std(axis=0) + 1e-6)
    patients, rng = np.unique(known.group[train]), np.random.default_rng(seed)
    found = {}
    for share in SHARES:
        areas = []
        for _ in range(DRAWS if share < 1 else 1):
            chosen = rng.permutation(patients)[: max(2, round(share * len(patients)))]
            rows = train[np.isin(known.group[train], chosen)]
            # The best strength for each share: neither side is held back by a penalty that suits the other.
            areas.append(max(_area(seen, known.truth, rows, val, strength) for strength in STRENGTHS))
        found[share] = float(np.mean(areas))
    return found


def _area(
    seen: Numbers, truth: NDArray[np.bool_], rows: NDArray[np.int64], val: NDArray[np.int64], strength: float
) -> float:
    weights = ridge(seen[rows], truth[rows], strength)
    return auc(seen[val] @ weights[:-1] + weights[-1], truth[val])


def main() -> None:
    """The command line door."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, default=settings.DATA)
    parser.add_argument("--work", type=Path, default=settings.WORK)
    asked = parser.parse_args()
    config = settings.read(asked.file)
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    for what, known in run.TASKS[config.task].labelled(config, asked.data, asked.work).items():
        for name in ("random weights", "pre-trained"):
            net = network(config)
            if name == "pre-trained":
                net.load_state_dict(torch.load(asked.work / config.name / "best.pt", weights_only=True))
            areas = curve(maps(net, known.pictures), known)
            print(what, name, " ".join(f"{share:.0%} {area:.3f}" for share, area in areas.items()), flush=True)


if __name__ == "__main__":
    main()
