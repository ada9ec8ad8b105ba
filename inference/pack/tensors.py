"""What goes into a model and what comes out of it, as its manifest says: any layout, any kind of answer."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from msgspec import Meta, Struct

from inference.declared import Positive, Span, Text, Texts, Unfit
from inference.pack.steps import LONGEST_SIDE, MOST_PLANES

Activation = Literal["none", "sigmoid", "softmax"]
Colour = Literal["RGB", "BGR", "GRAY", "PLANES"]
Volume = Literal["NCDHW", "NDHWC"]
Layout = Literal["NCHW", "NHWC", "NCDHW", "NDHWC"]
ACTIVATIONS, COLOURS, LAYOUTS, VOLUMES = map(get_args, (Activation, Colour, Layout, Volume))
Side = Annotated[int, Meta(ge=1, le=LONGEST_SIDE, description="a whole number from 1 to 4096")]
Planes = Annotated[int, Meta(ge=0, le=MOST_PLANES, description="a whole number from 1 to 1024")]
Size = Annotated[int, Meta(ge=1, le=4096, description="a whole number from 1 to 4096")]


class InputSpec(Struct, frozen=True, kw_only=True):
    """The model's input tensor: float32, batch of one, `height` x `width` pixels, channels in `colour` order.

    Colour "PLANES" takes `planes` gray planes: the channels of a multi-channel picture (NCHW, NHWC), or the slices
    of a series (NCDHW, NDHWC). `range` is the least and the largest value the tensor may hold, None if not stated.
    """

    name: Text
    layout: Layout
    height: Side
    width: Side
    colour: Colour
    planes: Planes = 0
    range: Span | None = None

    def __post_init__(self) -> None:
        if self.colour == "PLANES" and not self.planes:
            raise Unfit("must be a whole number from 1 to 1024", at=".planes")
        if self.volume and self.colour != "PLANES":
            raise Unfit(f'must be "PLANES": the layout {self.layout} takes slices', at=".colour")

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


class _Output(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """The model's output: raw values, divided by `temperature`, then activated: one for each of its `labels`.

    `positive` are the labels whose activated values add up to the score; none: the pack gives no score.
    """

    name: Text
    temperature: Positive

    @property
    def kind(self) -> str:
        return type(self).__name__.lower()


class _Labelled(_Output, frozen=True, kw_only=True):
    labels: Texts
    activation: Activation
    positive: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        _check_labels(self.labels, self.positive, self.activation)


class _Scored(_Labelled, frozen=True, kw_only=True):
    """The values are scores by themselves."""

    positive: Texts


class Binary(_Scored, frozen=True):
    pass


class Multiclass(_Scored, frozen=True):
    pass


class Multilabel(_Scored, frozen=True):
    pass


class Grade(_Scored, frozen=True):
    """The labels rise."""


class Mask(_Labelled, frozen=True):
    """One plane per label; its value is the share of the frame it covers."""


class Measurement(_Labelled, frozen=True, kw_only=True):
    """A unit and a plausible range per label; the score is the place in that range, from 0 to 1."""

    activation: Literal["none"]
    units: Texts
    ranges: tuple[Span, ...]

    def __post_init__(self) -> None:
        _check_labels(self.labels, self.positive, self.activation)
        if not len(self.units) == len(self.ranges) == len(self.labels):
            raise Unfit("must have a unit and a plausible range for every label", "labels_mismatch")


class Embedding(_Output, frozen=True, kw_only=True):
    """`size` numbers without a name."""

    size: Size
    activation: Literal["none"]
    positive: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        _check_labels(self.labels, self.positive, self.activation)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"e{place}" for place in range(self.size))


OutputSpec: TypeAlias = Binary | Multiclass | Multilabel | Grade | Mask | Measurement | Embedding
KINDS = tuple(one.__name__.lower() for one in get_args(OutputSpec))
SCORED = KINDS[:4]


class CamSpec(Struct, frozen=True):
    """The extra output with the class activation map, float32 [1,1,h,w] or [1,h,w], over the input frame."""

    output: Text


def _check_labels(labels: tuple[str, ...], positive: tuple[str, ...], activation: str) -> None:
    if len(set(labels)) != len(labels):
        raise Unfit("must not hold a label twice", "labels_mismatch", ".labels")
    if not set(positive) <= set(labels) or len(set(positive)) != len(positive):
        raise Unfit(f"must be some of the labels {list(labels)}", "labels_mismatch", ".positive")
    if activation != "softmax" and len(positive) > 1:
        # Only a softmax shares one probability among its labels: other sums could pass 1.
        raise Unfit("must have the softmax activation for several positive labels", "labels_mismatch")
    if activation == "softmax" and len(labels) < 2:
        raise Unfit("must have two labels or more for a softmax: over one it is always 1", "labels_mismatch")
