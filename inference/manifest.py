"""What a model pack says about itself: manifest.json, schema 1, read into frozen values or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from inference.evidence import check_points, check_sources
from inference.table import PackError, Table

SCHEMA = 1
KINDS = ("binary", "multiclass", "multilabel", "grade")
ACTIVATIONS = ("none", "sigmoid", "softmax")
PURPOSES = ("gate", "finding")
COLOURS = ("RGB", "BGR", "GRAY")
LAYOUTS = ("NCHW", "NHWC")
LONGEST_SIDE = 4096


@dataclass(frozen=True)
class Pinned:
    """A file of the pack and the SHA-256 (64 hex digits) its bytes must have."""

    file: str
    sha256: str


@dataclass(frozen=True)
class InputSpec:
    """The model's input tensor: float32, batch of one, `height` x `width` pixels, channels in `colour` order."""

    name: str
    layout: str
    height: int
    width: int
    colour: str

    @property
    def channels(self) -> int:
        return 1 if self.colour == "GRAY" else 3


@dataclass(frozen=True)
class Step:
    """One preprocessing step of the fixed vocabulary and its numbers."""

    name: str
    numbers: Mapping[str, tuple[float, ...]]

    def number(self, key: str) -> float:
        return self.numbers[key][0]


@dataclass(frozen=True)
class OutputSpec:
    """The model's output: one raw value per label, divided by `temperature`, then activated.

    `positive` are the labels whose activated probabilities add up to the score.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    activation: str
    temperature: float
    positive: tuple[str, ...]


@dataclass(frozen=True)
class CamSpec:
    """The extra output with the class activation map, float32 [1,1,h,w] or [1,h,w], over the input frame."""

    output: str


@dataclass(frozen=True)
class ExamCase:
    """A golden picture and the activated score expected for each label."""

    picture: Pinned
    expect: Mapping[str, float]


@dataclass(frozen=True)
class Exam:
    """Golden cases; a score may differ from the expected one by at most `tolerance`."""

    tolerance: float
    cases: tuple[ExamCase, ...]


@dataclass(frozen=True)
class Manifest:
    """A whole manifest. `raw` is the parsed JSON as written, for storing and showing."""

    name: str
    version: str
    title: str
    modality: str
    purpose: str
    licence: str
    intended_use: str
    not_intended_for: str
    capture_classes: tuple[str, ...]
    age_range: tuple[float, float] | None
    model: Pinned
    input: InputSpec
    preprocessing: tuple[Step, ...]
    output: OutputSpec
    cam: CamSpec | None
    latency_budget_ms: float
    card: Pinned
    exam: Exam
    raw: Mapping[str, Any]

    @property
    def pinned(self) -> tuple[Pinned, ...]:
        """Every file of the pack but the manifest itself."""
        return (self.model, self.card, *(case.picture for case in self.exam.cases))


def parse(data: bytes) -> Manifest:
    """Read manifest.json. Raises PackError saying which field is wrong and what is allowed there."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PackError("bad_manifest", f"manifest.json is not JSON: {error}.") from None
    top = Table.of(raw, "manifest")
    if raw.get("schema") != SCHEMA:
        raise PackError(
            "unknown_schema", f"Schema {raw.get('schema')!r} is unknown; this version reads schema {SCHEMA}."
        )
    input_spec = _input(top.table("input"))
    output = _output(top.table("output"))
    cam = top.table("cam") if raw.get("cam") is not None else None
    check_points(top)
    check_sources(top)
    return Manifest(
        name=_name(top), version=top.text("version"), title=top.text("title"),
        modality=top.text("modality"), purpose=top.choice("purpose", PURPOSES),
        licence=top.text("licence", code="missing_licence"),
        intended_use=top.text("intended_use", code="missing_intended_use"),
        not_intended_for=top.text("not_intended_for", empty=True),
        capture_classes=top.texts("capture_classes"), age_range=_ages(top),
        model=_pinned(top.table("model")), input=input_spec,
        preprocessing=_steps(top, input_spec), output=output,
        cam=CamSpec(cam.text("output")) if cam else None,
        latency_budget_ms=top.number("latency_budget_ms", above=0.0), card=_pinned(top.table("card")),
        exam=_exam(top.table("exam"), output.labels), raw=raw,
    )  # fmt: skip


def _name(top: Table) -> str:
    name = top.text("name")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise PackError("bad_manifest", f"The name {name!r} must be lower-case letters, digits and hyphens.")
    return name


def _ages(top: Table) -> tuple[float, float] | None:
    if top.data.get("age_range") is None:
        return None
    ages = top.numbers("age_range")
    if len(ages) != 2 or not 0 <= ages[0] <= ages[1]:
        raise PackError("bad_manifest", "manifest.age_range must be [youngest, oldest] in years, or null.")
    return ages[0], ages[1]


def _pinned(table: Table) -> Pinned:
    file = table.text("file")
    path = PurePosixPath(file)
    if path.is_absolute() or "\\" in file or ":" in file or any(part in ("..", ".") for part in file.split("/")):
        raise PackError("path_escape", f"{table.where}.file {file!r} must stay inside the pack.")
    digest = table.text("sha256")
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise PackError("bad_manifest", f"{table.where}.sha256 must be 64 lower-case hexadecimal digits.")
    return Pinned(file, digest)


def _input(table: Table) -> InputSpec:
    return InputSpec(
        name=table.text("name"),
        layout=table.choice("layout", LAYOUTS),
        height=table.whole("height", 1, LONGEST_SIDE),
        width=table.whole("width", 1, LONGEST_SIDE),
        colour=table.choice("colour", COLOURS),
    )


def _output(table: Table) -> OutputSpec:
    labels, positive = table.texts("labels"), table.texts("positive")
    activation = table.choice("activation", ACTIVATIONS)
    if len(set(labels)) != len(labels):
        raise PackError("labels_mismatch", "manifest.output.labels holds a label twice.")
    if not set(positive) <= set(labels) or len(set(positive)) != len(positive):
        raise PackError("labels_mismatch", f"manifest.output.positive must be some of the labels {list(labels)}.")
    if activation != "softmax" and len(positive) > 1:
        # Only a softmax shares one probability among its labels: other sums could pass 1.
        raise PackError("labels_mismatch", "Several positive labels need the softmax activation.")
    if activation == "softmax" and len(labels) < 2:
        raise PackError("labels_mismatch", "A softmax over one label is always 1.")
    return OutputSpec(
        name=table.text("name"), kind=table.choice("kind", KINDS), labels=labels, activation=activation,
        temperature=table.number("temperature", above=0.0), positive=positive,
    )  # fmt: skip


# The fixed vocabulary: the numbers each step takes; those of normalise are lists, one number per channel.
STEPS: Mapping[str, tuple[str, ...]] = {
    "crop_field": (), "pad_square": (), "resize": ("height", "width"), "equalise": (),
    "border_crop": ("fraction",), "clahe": ("clip", "grid"), "grayscale": (),
    "scale": ("divide",), "normalise": ("mean", "std"),
}  # fmt: skip
TENSOR_STEPS = ("scale", "normalise")
GEOMETRY = ("crop_field", "pad_square", "border_crop", "resize")


def _steps(top: Table, expected: InputSpec) -> tuple[Step, ...]:
    steps = tuple(_step(table, expected.channels) for table in top.tables("preprocessing"))
    names = [step.name for step in steps]
    numeric = [name in TENSOR_STEPS for name in names]
    if numeric != sorted(numeric):
        raise PackError("bad_preprocessing", "Steps on pixels come before scale and normalise.")
    last = next((step for step in reversed(steps) if step.name in GEOMETRY), None)
    if last is None or last.name != "resize":
        raise PackError("bad_preprocessing", "The last step that changes the frame must be a resize.")
    if (last.number("height"), last.number("width")) != (expected.height, expected.width):
        raise PackError("bad_preprocessing", "The last resize must give the input's height and width.")
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
    sides = [step.number(key) for key in ("height", "width", "grid") if key in step.numbers]
    fair = all(side.is_integer() and 1 <= side <= LONGEST_SIDE for side in sides)
    if step.name == "border_crop":
        fair = 0 <= step.number("fraction") <= 0.4
    elif step.name == "scale":
        fair = step.number("divide") > 0
    elif step.name == "clahe":
        fair = fair and step.number("clip") > 0 and step.number("grid") <= 64
    elif step.name == "normalise":
        mean, std = step.numbers["mean"], step.numbers["std"]
        fair = len(mean) == len(std) == channels and all(one > 0 for one in std)
    return fair


def _exam(table: Table, labels: tuple[str, ...]) -> Exam:
    cases = tuple(_case(one, labels) for one in table.tables("cases"))
    if len(cases) < 2:
        raise PackError("bad_manifest", "manifest.exam.cases needs two golden cases or more.")
    return Exam(table.number("tolerance", above=0.0), cases)


def _case(table: Table, labels: tuple[str, ...]) -> ExamCase:
    expect = table.table("expect")
    if set(expect.data) != set(labels):
        raise PackError("labels_mismatch", f"{expect.where} must give a score for each of {list(labels)}.")
    return ExamCase(_pinned(table), {label: expect.number(label) for label in labels})
