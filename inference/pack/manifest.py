"""What a model pack says about itself: manifest.json, schema 1, read into frozen values or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from inference.pack.steps import LONGEST_SIDE, Step, read_steps
from inference.pack.tensors import CamSpec, InputSpec, OutputSpec, read_input, read_output
from inference.table import PackError, Table
from inference.thresholds.curve import of_pack
from inference.thresholds.evidence import check_points, check_sources

__all__ = ["CamSpec", "Exam", "ExamCase", "InputSpec", "Manifest", "OutputSpec", "Pinned", "Step", "Variant", "parse"]

SCHEMA = 1
PURPOSES = ("gate", "finding", "second", "aid")
PRECISIONS = ("int8", "fp16")


@dataclass(frozen=True)
class Pinned:
    """A file of the pack and the SHA-256 (64 hex digits) its bytes must have."""

    file: str
    sha256: str


@dataclass(frozen=True)
class ExamCase:
    """A golden picture and the activated value expected for each label.

    `more` are its further planes or slices, one gray file each. `shows` are the labels a person says it shows: they
    tell a model whose labels are named in another order than it answers in. None: nobody said.
    """

    picture: Pinned
    expect: Mapping[str, float]
    more: tuple[Pinned, ...] = ()
    shows: tuple[str, ...] | None = None

    @property
    def files(self) -> tuple[Pinned, ...]:
        return (self.picture, *self.more)


@dataclass(frozen=True)
class Exam:
    """Golden cases; a score may differ from the expected one by at most `tolerance`."""

    tolerance: float
    cases: tuple[ExamCase, ...]


@dataclass(frozen=True)
class Variant:
    """The same model in other numbers ("int8", "fp16"), which changes no score by more than `tolerance`.

    Its publisher measured what it changes (`raw["parity"]`); `inference.admission.precision` picks the fastest here.
    """

    precision: str
    model: Pinned
    tolerance: float


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
    compression_floor: Mapping[str, Any] | None
    raw: Mapping[str, Any]
    variants: tuple[Variant, ...] = ()

    @property
    def models(self) -> tuple[Pinned, ...]:
        """The model, then the same in other precisions."""
        return (self.model, *(one.model for one in self.variants))

    @property
    def pinned(self) -> tuple[Pinned, ...]:
        """Every file of the pack but the manifest itself."""
        return (*self.models, self.card, *(file for case in self.exam.cases for file in case.files))


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
    input_spec = read_input(top.table("input"))
    output = read_output(top.table("output"))
    steps = read_steps(top, height=input_spec.height, width=input_spec.width, channels=input_spec.channels)
    cam = top.table("cam") if raw.get("cam") is not None else None
    check_points(top)
    check_sources(top)
    for kind in top.texts("capture_classes"):
        of_pack(raw, kind)
    return Manifest(
        name=_name(top), version=top.text("version"), title=top.text("title"),
        modality=top.text("modality"), purpose=top.choice("purpose", PURPOSES),
        licence=top.text("licence", code="missing_licence"),
        intended_use=top.text("intended_use", code="missing_intended_use"),
        not_intended_for=top.text("not_intended_for", empty=True),
        capture_classes=top.texts("capture_classes"), age_range=_ages(top),
        model=_pinned(top.table("model")), input=input_spec,
        preprocessing=steps, output=output,
        cam=CamSpec(cam.text("output")) if cam else None,
        latency_budget_ms=top.number("latency_budget_ms", above=0.0), card=_pinned(top.table("card")),
        exam=_exam(top.table("exam"), output.labels), compression_floor=_floor(top), raw=raw,
        variants=_variants(top),
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


def _floor(top: Table) -> Mapping[str, Any] | None:
    """How far a photo may be compressed before it is sent: least `longest_side` in pixels and `jpeg_quality`."""
    if top.data.get("compression_floor") is None:
        return None
    floor = top.table("compression_floor")
    for key, most in (("longest_side", LONGEST_SIDE), ("jpeg_quality", 100)):
        if floor.data.get(key) is not None:
            floor.whole(key, 1, most)
    return floor.data


def _pinned(table: Table) -> Pinned:
    file = table.text("file")
    path = PurePosixPath(file)
    if path.is_absolute() or "\\" in file or ":" in file or any(part in ("..", ".") for part in file.split("/")):
        raise PackError("path_escape", f"{table.where}.file {file!r} must stay inside the pack.")
    digest = table.text("sha256")
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise PackError("bad_manifest", f"{table.where}.sha256 must be 64 lower-case hexadecimal digits.")
    return Pinned(file, digest)


def _variants(top: Table) -> tuple[Variant, ...]:
    if not top.data.get("variants"):
        return ()
    found = tuple(
        Variant(one.choice("precision", PRECISIONS), _pinned(one), one.number("tolerance", above=0.0))
        for one in top.tables("variants")
    )
    if len({one.precision for one in found}) != len(found):
        raise PackError("bad_manifest", "manifest.variants names a precision twice.")
    return found


def _exam(table: Table, labels: tuple[str, ...]) -> Exam:
    cases = tuple(_case(one, labels) for one in table.tables("cases"))
    if len(cases) < 2:
        raise PackError("bad_manifest", "manifest.exam.cases needs two golden cases or more.")
    return Exam(table.number("tolerance", above=0.0), cases)


def _case(table: Table, labels: tuple[str, ...]) -> ExamCase:
    expect = table.table("expect")
    if set(expect.data) != set(labels):
        raise PackError("labels_mismatch", f"{expect.where} must give a score for each of {list(labels)}.")
    return ExamCase(
        _pinned(table), {label: expect.number(label) for label in labels},
        more=tuple(_pinned(one) for one in table.tables("more")) if "more" in table.data else (),
        shows=_shows(table, labels),
    )  # fmt: skip


def _shows(table: Table, labels: tuple[str, ...]) -> tuple[str, ...] | None:
    if table.data.get("shows") is None:
        return None
    shows = table.texts("shows") if table.data["shows"] != [] else ()
    if not set(shows) <= set(labels):
        raise PackError("labels_mismatch", f"{table.where}.shows must be some of the labels {list(labels)}.")
    return shows
