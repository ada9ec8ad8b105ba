"""The fixed vocabulary of preprocessing: what a pack may ask for, with the numbers each step takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inference.table import PackError, Table

LONGEST_SIDE = 4096
MOST_PLANES = 1024

# Step -> the numbers it takes; those of normalise are lists, one number per channel.
STEPS: Mapping[str, tuple[str, ...]] = {
    "crop_field": (), "pad_square": (), "resize": ("height", "width"), "resize_short": ("side",),
    "centre_crop": ("height", "width"), "border_crop": ("fraction",), "slices": ("count",),
    "window": ("centre", "width"), "stretch": ("low", "high"), "invert": (), "equalise": (),
    "equalise_field": (), "clahe": ("clip", "grid"), "grayscale": (), "channel": ("index",),
    "scale": ("divide",), "normalise": ("mean", "std"), "standardise": (),
}  # fmt: skip
TENSOR_STEPS = ("scale", "normalise", "standardise")
GEOMETRY = ("crop_field", "pad_square", "border_crop", "resize", "resize_short", "centre_crop")
FINAL = ("resize", "centre_crop")
# Steps that count levels from 0 to 255: deeper pictures pass a window or stretch first.
EIGHT_BIT = ("equalise", "equalise_field", "clahe")


@dataclass(frozen=True)
class Step:
    """One preprocessing step of the fixed vocabulary and its numbers."""

    name: str
    numbers: Mapping[str, tuple[float, ...]]

    def number(self, key: str) -> float:
        return self.numbers[key][0]


def read_steps(top: Table, *, height: int, width: int, channels: int) -> tuple[Step, ...]:
    """The manifest's steps, in an order that works. Raises PackError."""
    steps = tuple(_step(table, channels) for table in top.tables("preprocessing"))
    names = [step.name for step in steps]
    numeric = [name in TENSOR_STEPS for name in names]
    if numeric != sorted(numeric):
        raise PackError("bad_preprocessing", "Steps on pixels come before scale, normalise and standardise.")
    last = next((step for step in reversed(steps) if step.name in GEOMETRY), None)
    if last is None or last.name not in FINAL:
        raise PackError("bad_preprocessing", "The last step that changes the frame must be a resize or centre_crop.")
    if (last.number("height"), last.number("width")) != (height, width):
        raise PackError("bad_preprocessing", f"The last {last.name} must give the input's height and width.")
    return steps


def _step(table: Table, channels: int) -> Step:
    name = table.text("step")
    if name not in STEPS:
        raise PackError("unknown_preprocessing", f"{table.where}: {name!r} is not one of {sorted(STEPS)}.")
    wanted = STEPS[name]
    if set(table.data) != {"step", *wanted}:
        raise PackError("bad_preprocessing", f"{table.where}: {name} takes exactly {sorted(wanted)}.")
    per_channel = name == "normalise"
    step = Step(name, {key: table.numbers(key) if per_channel else (table.number(key),) for key in wanted})
    if not _fair(step, channels):
        raise PackError("bad_preprocessing", f"{table.where}: {name} cannot work with {dict(step.numbers)}.")
    return step


def _fair(step: Step, channels: int) -> bool:
    whole = [step.number(key) for key in ("height", "width", "side", "grid", "count") if key in step.numbers]
    if not all(number.is_integer() and 1 <= number <= LONGEST_SIDE for number in whole):
        return False
    match step.name:
        case "border_crop":
            return 0 <= step.number("fraction") <= 0.4
        case "scale":
            return step.number("divide") > 0
        case "clahe":
            return step.number("clip") > 0 and step.number("grid") <= 64
        case "slices":
            return step.number("count") <= MOST_PLANES
        case "window":
            return step.number("width") > 0
        case "stretch":
            return 0 <= step.number("low") < step.number("high") <= 100
        case "channel":
            return step.number("index").is_integer() and 0 <= step.number("index") < MOST_PLANES
        case "normalise":
            mean, std = step.numbers["mean"], step.numbers["std"]
            return len(mean) == len(std) == channels and all(one > 0 for one in std)
    return True
