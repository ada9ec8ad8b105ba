"""The untrained network of every kind of run, by the name of its recipe."""

from collections.abc import Callable, Mapping

from torch import nn

from inference.training import chest_films, chest_gate, fundus_gate, lesions, opacities
from inference.training.chest_net import ChestNet, Voted
from inference.training.config import Config
from inference.training.fundus_bank import BankNet
from inference.training.fundus_blocks import BlockNet, Whole
from inference.training.nets import LesionNet, Shape
from inference.training.spots import SpotNet


def network(config: Config) -> nn.Module:
    """The untrained network of a run."""
    return NETWORKS[config.task](config)


def published(config: Config, net: nn.Module) -> nn.Module:
    """A trained network as it is published."""
    return PUBLISHED[config.task](net) if config.task in PUBLISHED else net


def _gate(channels: int, labels: int) -> Callable[[Config], nn.Module]:
    return lambda run: LesionNet(Shape(run.widths, run.depths, channels, labels, 0, run.dropout, steady=False))


def _eye(run: Config) -> LesionNet:
    return LesionNet(Shape(run.widths, run.depths, 3, 4, len(lesions.KINDS), run.dropout))


def _spots(run: Config) -> SpotNet:
    return SpotNet(run.widths, run.depths, 4, len(lesions.KINDS), run.dropout)


def _chest(run: Config) -> ChestNet:
    shape = Shape(run.widths, run.depths, 1, chest_films.OUTPUTS, 1 + len(opacities.KINDS), run.dropout)
    return ChestNet(shape, chest_films.AROUND)


def _tuberculosis(run: Config) -> LesionNet:
    return LesionNet(Shape(run.widths, run.depths, 1, 2, 0, run.dropout))


NETWORKS: Mapping[str, Callable[[Config], nn.Module]] = {
    "fundus_gate": _gate(3, len(fundus_gate.LABELS)), "chest_gate": _gate(1, len(chest_gate.LABELS)),
    "fundus_dr": _eye, "fundus_spots": _spots, "fundus_drawn": _spots,
    "fundus_blocks": lambda run: BlockNet(run.widths, 4, run.dropout), "fundus_bank": BankNet.of,
    "chest_films": _chest, "chest_drawn": _chest, "chest_tb": _tuberculosis,
}  # fmt: skip
PUBLISHED: Mapping[str, Callable[..., nn.Module]] = {"chest_films": Voted, "fundus_blocks": Whole}
