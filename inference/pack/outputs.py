"""A model's raw output as what its manifest says it is: scores, masks, measurements or an embedding. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inference.declared import PackError
from inference.pack.tensors import InputSpec, Measurement, OutputSpec
from inference.thresholds.calibration import activate

Raw = npt.NDArray[np.float32]
INSIDE = 0.5  # a pixel belongs to a mask from this activated value on


@dataclass(frozen=True)
class Answer:
    """`values` has one number per label: activated score, share of the frame, measurement, or embedding component.

    `score` adds those of the positive labels, from 0 to 1; None where the pack has none. `masks` are bool [h, w] (or
    [d, h, w]) per label over the frame.
    """

    values: Mapping[str, float]
    score: float | None
    masks: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)


def read(raw: Raw, output: OutputSpec, layout: str) -> Answer:
    """Raises PackError: labels_mismatch, model_broken, implausible."""
    if not np.isfinite(raw).all():
        # A model that overflows has no opinion: that must never look like a low score.
        raise PackError("model_broken", "The model gave a value that is not a number.")
    masks = _masks(raw, output, layout) if output.kind == "mask" else {}
    values = {label: float(mask.mean()) for label, mask in masks.items()} or _values(raw, output)
    return Answer(values, _score(values, output), masks)


def planes(raw: Raw, output: OutputSpec, layout: str) -> npt.NDArray[np.float64]:
    """A mask pack's activated planes, float64 [labels, h, w] or [labels, d, h, w]. Raises PackError."""
    by_label = np.moveaxis(raw, -1 if layout in ("NHWC", "NDHWC") else 1, -1)[0] if raw.ndim >= 4 else raw
    if raw.ndim < 4 or raw.shape[0] != 1 or by_label.shape[-1] != len(output.labels):
        raise PackError(
            "labels_mismatch", f"The model's masks have shape {list(raw.shape)} for {len(output.labels)} labels."
        )
    return np.moveaxis(activate(by_label, output.activation, output.temperature), -1, 0)


def highlight(raw: Raw, output: OutputSpec, layout: str) -> Raw | None:
    """A mask as a heat map: the most certain label at each pixel, positive ones if named. None for a series."""
    activated = planes(raw, output, layout)
    if activated.ndim != 3:
        return None
    shown = [output.labels.index(label) for label in output.positive or output.labels]
    top = activated[shown].max(axis=0)
    return np.asarray(np.where(top >= INSIDE, top, 0), np.float32)


def ports_fit(shape: tuple[int | None, ...] | None, output: OutputSpec, spec: InputSpec) -> bool:
    """Whether the ONNX output's declared shape can hold one value (or plane) per label."""
    if not shape:
        return True
    place = -1 if output.kind != "mask" or spec.layout in ("NHWC", "NDHWC") else 1
    if output.kind == "mask" and len(shape) < 4:
        return False
    return shape[place] is None or shape[place] == len(output.labels)


def _masks(raw: Raw, output: OutputSpec, layout: str) -> dict[str, npt.NDArray[np.bool_]]:
    activated = planes(raw, output, layout)
    if output.activation == "softmax":
        inside = np.arange(len(output.labels)).reshape(-1, *[1] * (activated.ndim - 1)) == activated.argmax(axis=0)
    else:
        inside = activated >= INSIDE
    return {label: np.asarray(inside[at], np.bool_) for at, label in enumerate(output.labels)}


def _values(raw: Raw, output: OutputSpec) -> dict[str, float]:
    values = np.asarray(raw, np.float64).reshape(-1)
    if values.size != len(output.labels):
        raise PackError("labels_mismatch", f"The model gave {values.size} values for {len(output.labels)} labels.")
    values = activate(values, output.activation, output.temperature)
    if isinstance(output, Measurement):
        _check_plausible(values, output)
    return dict(zip(output.labels, values.tolist(), strict=True))


def _check_plausible(values: npt.NDArray[np.float64], output: Measurement) -> None:
    for label, unit, usual, value in zip(output.labels, output.units, output.ranges, values, strict=True):
        if not usual.low <= value <= usual.high:
            # Outside what a body can have, the model measured something else.
            wrong = f"{label}: {value:.4g} {unit} is outside {usual.low:g} to {usual.high:g} {unit}."
            raise PackError("implausible", wrong)


def _score(values: Mapping[str, float], output: OutputSpec) -> float | None:
    if not output.positive:
        return None
    if isinstance(output, Measurement):
        label = output.positive[0]
        usual = output.ranges[output.labels.index(label)]
        return (values[label] - usual.low) / (usual.high - usual.low)
    return sum(values[label] for label in output.positive)
