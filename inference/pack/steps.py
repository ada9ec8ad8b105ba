"""The fixed vocabulary of preprocessing: a type for each step a pack may ask for, with the numbers it takes."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias, get_args

from msgspec import Meta, Struct

from inference.declared import Number, Positive, Unfit

LONGEST_SIDE = 4096
MOST_PLANES = 1024

# Whole numbers, which may be written 224.0.
Pixels = Annotated[float, Meta(ge=1, le=LONGEST_SIDE, multiple_of=1, description="a whole number from 1 to 4096")]
Planes = Annotated[float, Meta(ge=1, le=MOST_PLANES, multiple_of=1, description="a whole number from 1 to 1024")]
Place = Annotated[float, Meta(ge=0, lt=MOST_PLANES, multiple_of=1, description="a whole number from 0 to 1023")]
Grid = Annotated[float, Meta(ge=1, le=64, multiple_of=1, description="a whole number from 1 to 64")]
Border = Annotated[float, Meta(ge=0, le=0.4, description="a number from 0 to 0.4")]
Percent = Annotated[float, Meta(ge=0, le=100, description="a number from 0 to 100")]


def _written(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class _Step(Struct, frozen=True, tag_field="step", tag=_written, forbid_unknown_fields=True):
    """A manifest names a step as its type, in small letters: resize_short for ResizeShort."""

    @property
    def name(self) -> str:
        return _written(type(self).__name__)


class CropField(_Step, frozen=True):
    """Cut to the field of view."""


class PadSquare(_Step, frozen=True):
    """Centre in a black square."""


class Resize(_Step, frozen=True):
    height: Pixels
    width: Pixels


class ResizeShort(_Step, frozen=True):
    """Resize so that the shorter edge is `side`."""

    side: Pixels


class CentreCrop(_Step, frozen=True):
    height: Pixels
    width: Pixels


class BorderCrop(_Step, frozen=True):
    """Cut `fraction` of each side off."""

    fraction: Border


class Slices(_Step, frozen=True):
    """So many planes of a series, evenly spaced."""

    count: Planes


class Window(_Step, frozen=True):
    centre: Number
    width: Positive


class Stretch(_Step, frozen=True):
    """Between two percentiles of the levels."""

    low: Percent
    high: Percent

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise Unfit("must have low below high")


class Invert(_Step, frozen=True):
    """Dark for light."""


class Equalise(_Step, frozen=True):
    """The histogram of each channel over the whole picture."""


class EqualiseField(_Step, frozen=True):
    """The light over the field of view."""


class Clahe(_Step, frozen=True):
    """Contrast-limited adaptive equalisation on a grid x grid raster."""

    clip: Positive
    grid: Grid


class Grayscale(_Step, frozen=True):
    """One channel of three."""


class Channel(_Step, frozen=True):
    """One channel alone."""

    index: Place


class Scale(_Step, frozen=True):
    divide: Positive


class Normalise(_Step, frozen=True):
    """One number per channel in each."""

    mean: tuple[Number, ...]
    std: tuple[Positive, ...]


class Standardise(_Step, frozen=True):
    """Mean 0 and spread 1 over the whole picture."""


Step: TypeAlias = (
    CropField | PadSquare | Resize | ResizeShort | CentreCrop | BorderCrop | Slices | Window | Stretch | Invert
    | Equalise | EqualiseField | Clahe | Grayscale | Channel | Scale | Normalise | Standardise
)  # fmt: skip
STEPS = tuple(_written(step.__name__) for step in get_args(Step))
TENSOR_STEPS = ("scale", "normalise", "standardise")
GEOMETRY = (CropField, PadSquare, BorderCrop, Resize, ResizeShort, CentreCrop)
# Steps that count levels from 0 to 255: deeper pictures pass a window or stretch first.
EIGHT_BIT = (Equalise, EqualiseField, Clahe)


def check_steps(steps: tuple[Step, ...], height: int, width: int, channels: int) -> None:
    """Whether the order works and the last frame is the model's. Raises Unfit, to be told of the manifest."""
    numeric = [step.name in TENSOR_STEPS for step in steps]
    if numeric != sorted(numeric):
        raise _unfit("must name steps on pixels before scale, normalise and standardise")
    last = next((step for step in reversed(steps) if isinstance(step, GEOMETRY)), None)
    if not isinstance(last, Resize | CentreCrop):
        raise _unfit("must have a resize or centre_crop as the last step that changes the frame")
    if (last.height, last.width) != (height, width):
        raise _unfit(f"must give the input's height and width in the last {last.name}")
    for step in steps:
        if isinstance(step, Normalise) and not len(step.mean) == len(step.std) == channels:
            raise _unfit(f"must give normalise {channels} numbers in mean and in std, one for each channel")


def _unfit(message: str) -> Unfit:
    return Unfit(message, "bad_preprocessing", ".preprocessing")
