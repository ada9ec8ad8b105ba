"""Train and publish from TOML files.

python -m inference.training.run train CONFIG... | publish PLAN...
    [--data FOLDER] [--work FOLDER] [--packs FOLDER]
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import nn

from inference.pack import Pack
from inference.training import (
    chest_drawn,
    chest_films,
    chest_gate,
    chest_tb,
    fit,
    fundus_bank,
    fundus_blocks,
    fundus_dr,
    fundus_drawn,
    fundus_gate,
    fundus_spots,
    recipes,
    report,
)
from inference.training import config as settings
from inference.training import plan as plans
from inference.training.duplicates import without_twins
from inference.training.feed import Feed
from inference.training.networks import network, published
from inference.training.publish import publish
from inference.training.report import Report
from inference.training.task import Task

TASKS: dict[str, ModuleType] = {
    "fundus_blocks": fundus_blocks, "fundus_drawn": fundus_drawn, "fundus_spots": fundus_spots,
    "fundus_dr": fundus_dr, "fundus_gate": fundus_gate, "chest_gate": chest_gate, "chest_tb": chest_tb,
    "chest_films": chest_films, "chest_drawn": chest_drawn,
}  # fmt: skip
HEADS: dict[str, ModuleType] = {"fundus_bank": fundus_bank}
PACKS = plans.PACKS


def train(config: settings.Config, data: Path, work: Path) -> None:
    """Run or resume one training, after the one it starts from; its best averaged weights end in <name>/best.pt."""
    if config.start_from:
        train(settings.read(settings.FOLDER / f"{config.start_from}.toml"), data, work)
    if fit.finished(config, work / config.name):
        print(config.name, "is trained already", flush=True)
        return
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    if config.task in HEADS:
        score = HEADS[config.task].learn(config, data, work)
        print(config.name, f"validation score {score:.4f}", flush=True)
        return
    task = _apart(TASKS[config.task].build(config, data, work))
    net = network(config)
    if config.start_from:
        net.load_state_dict(torch.load(work / config.start_from / "best.pt", weights_only=True))
    run = fit.Run(net, config, work / config.name)
    grid = config.size // 2 ** (len(config.widths) - 1) if config.draw_share or config.draw_first else 0
    feed = Feed(task.shelf, config, task.change, task.finish, grid, task.dense, task.kinds)
    run.fit(feed, softmax=task.softmax, measure=task.measure or _measure(task))


def _apart(task: Task) -> Task:
    """The task without training pictures that sit in another split too."""
    shelf, pairs = without_twins(task.shelf)
    print(
        f"{len({pair.learnt for pair in pairs})} training pictures left out: they are in another split too", flush=True
    )
    return replace(task, shelf=shelf)


def make(plan: plans.Plan, data: Path, work: Path, packs: Path) -> tuple[Pack, Report]:
    """Publish one pack from the finished runs its plan names."""
    configs = [settings.read(settings.FOLDER / f"{name}.toml") for name in plan.runs]
    nets = []
    for config in configs:
        net = network(config)
        net.load_state_dict(torch.load(work / config.name / "best.pt", weights_only=True))
        nets.append(published(config, net).eval())
    return publish(plan, nets, recipes.trial(plan, data, work), packs / plan.name)


def make_from_scratch(plan: plans.Plan, data: Path, work: Path, packs: Path) -> tuple[Pack, Report]:
    """Train (or resume) every run of a plan, then publish the pack."""
    for name in plan.runs:
        for config in _with_parents(name):
            train(config, data, work)
    return make(plan, data, work, packs)


def _with_parents(name: str) -> list[settings.Config]:
    """The run and those whose weights it starts from, oldest first."""
    config = settings.read(settings.FOLDER / f"{name}.toml")
    return [*(_with_parents(config.start_from) if config.start_from else []), config]


def _measure(task: Task) -> Callable[[nn.Module], float]:
    rows = np.flatnonzero(task.shelf.split == "val")
    views = task.views or [np.stack([task.finish(picture) for picture in task.shelf.pictures[rows]])]

    def measure(net: nn.Module) -> float:
        return float(np.mean([task.score(fit.answers(net, view), task.shelf, rows) for view in views]))

    return measure


def main() -> None:
    """The command line door."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("train", "publish"))
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=settings.DATA)
    parser.add_argument("--work", type=Path, default=settings.WORK)
    parser.add_argument("--packs", type=Path, default=PACKS)
    asked = parser.parse_args()
    for file in asked.files:
        if asked.verb == "train":
            train(settings.read(file), asked.data, asked.work)
        else:
            print("\n".join(report.lines(*make(plans.read(file), asked.data, asked.work, asked.packs))))


if __name__ == "__main__":
    main()
