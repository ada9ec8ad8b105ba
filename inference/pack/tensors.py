"""What goes into a model and what comes out of it, as its manifest says: any layout, any kind of answer."""

from __future__ import annotations

from dataclasses import dataclass

from inference.pack.steps import LONGEST_SIDE, MOST_PLANES
from inference.table import PackError, Table

# A share of the picture, a length or a vector is no verdict: only the first four are scores by themselves.
SCORED = ("binary", "multiclass", "multilabel", "grade")
KINDS = (*SCORED, "mask", "measurement", "embedding")
ACTIVATIONS = ("none", "sigmoid", "softmax")
COLOURS = ("RGB", "BGR", "GRAY", "PLANES")
VOLUMES = ("NCDHW", "NDHWC")
LAYOUTS = ("NCHW", "NHWC", *VOLUMES)
LARGEST_EMBEDDING = 4096


@dataclass(frozen=True)
class InputSpec:
    """The model's input tensor: float32, batch of one, `height` x `width` pixels, channels in `colour` order.

    Colour "PLANES" takes `planes` gray planes: the channels of a multi-channel picture (NCHW, NHWC), or the slices
    of a series (NCDHW, NDHWC). `range` is the least and the largest value the tensor may hold, None if not stated.
    """

    name: str
    layout: str
    height: int
    width: int
    colour: str
    planes: int = 0
    range: tuple[float, float] | None = None

    @property
    def volume(self) -> bool:
        return self.layout in VOLUMES

    @property
    def channels(self) -> int:
        if self.colour == "PLANES":
            return 1 if self.volume else self.planes
        return 1 if self.colour == "GRAY" else 3

    @property
    def shape(self) -> tuple[int, ...]:
        """The tensor's whole shape, batch first."""
        return {
            "NCHW": (1, self.channels, self.height, self.width),
            "NHWC": (1, self.height, self.width, self.channels),
            "NCDHW": (1, 1, self.planes, self.height, self.width),
            "NDHWC": (1, self.planes, self.height, self.width, 1),
        }[self.layout]


@dataclass(frozen=True)
class OutputSpec:
    """The model's output: one raw value per label, divided by `temperature`, then activated.

    `positive` are the labels whose activated values add up to the score; none: the pack gives no score.
    A mask gives one plane per label; its value is the share of the frame it covers. A measurement has a unit and a
    plausible range per label; its score is its place in that range, from 0 to 1.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    activation: str
    temperature: float
    positive: tuple[str, ...]
    units: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class CamSpec:
    """The extra output with the class activation map, float32 [1,1,h,w] or [1,h,w], over the input frame."""

    output: str


def read_input(table: Table) -> InputSpec:
    """Raises PackError."""
    layout, colour = table.choice("layout", LAYOUTS), table.choice("colour", COLOURS)
    planes = table.whole("planes", 1, MOST_PLANES) if colour == "PLANES" else 0
    if layout in VOLUMES and colour != "PLANES":
        raise PackError("bad_manifest", f'{table.where}: the layout {layout} takes slices: its colour is "PLANES".')
    return InputSpec(
        name=table.text("name"), layout=layout, height=table.whole("height", 1, LONGEST_SIDE),
        width=table.whole("width", 1, LONGEST_SIDE), colour=colour, planes=planes, range=table.span("range"),
    )  # fmt: skip


def read_output(table: Table) -> OutputSpec:
    """Raises PackError."""
    kind, activation = table.choice("kind", KINDS), table.choice("activation", ACTIVATIONS)
    labels = _embedded(table) if kind == "embedding" else table.texts("labels")
    positive = () if kind not in SCORED and not table.data.get("positive") else table.texts("positive")
    if len(set(labels)) != len(labels):
        raise PackError("labels_mismatch", "manifest.output.labels holds a label twice.")
    if not set(positive) <= set(labels) or len(set(positive)) != len(positive):
        raise PackError("labels_mismatch", f"manifest.output.positive must be some of the labels {list(labels)}.")
    if activation != "softmax" and len(positive) > 1:
        # Only a softmax shares one probability among its labels: other sums could pass 1.
        raise PackError("labels_mismatch", "Several positive labels need the softmax activation.")
    if activation == "softmax" and len(labels) < 2:
        raise PackError("labels_mismatch", "A softmax over one label is always 1.")
    if kind in ("measurement", "embedding") and activation != "none":
        raise PackError("bad_manifest", f'{table.where}: a {kind} is what the model says, its activation is "none".')
    units, ranges = _measured(table, labels) if kind == "measurement" else ((), ())
    return OutputSpec(table.text("name"), kind, labels, activation, table.number("temperature", above=0.0), positive,
                      units, ranges)  # fmt: skip


def _embedded(table: Table) -> tuple[str, ...]:
    return tuple(f"e{place}" for place in range(table.whole("size", 1, LARGEST_EMBEDDING)))


def _measured(table: Table, labels: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[float, float], ...]]:
    units, ranges = table.texts("units"), table.spans("ranges")
    if not len(units) == len(ranges) == len(labels):
        raise PackError("labels_mismatch", f"{table.where}: a unit and a plausible range are needed for every label.")
    return units, ranges
