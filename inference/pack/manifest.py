"""What a model pack says about itself: manifest.json, schema 1, read into frozen values or refused."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from inference.declared import Number, PackError, Positive, Text, Texts, Unfit, loads, read
from inference.pack.steps import Step, check_steps
from inference.pack.tensors import CamSpec, InputSpec, OutputSpec, Side
from inference.thresholds.curve import of_pack
from inference.thresholds.evidence import OfferedPoint, Source

__all__ = ["CamSpec", "Exam", "ExamCase", "InputSpec", "Manifest", "OutputSpec", "Pinned", "Step", "Variant", "parse"]

Purpose = Literal["gate", "finding", "second", "aid"]
PURPOSES = get_args(Purpose)
Name = Annotated[
    str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,63}\Z", description="lower-case letters, digits and hyphens, at most 64")
]
Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", description="64 lower-case hexadecimal digits")]
Ages = Annotated[tuple[Number, Number], Meta(description="[youngest, oldest] in years")]
Quality = Annotated[int, Meta(ge=1, le=100, description="a whole number from 1 to 100")]
# What is wrong in these members has a code of its own.
CODES = {
    "schema": "unknown_schema", "licence": "missing_licence", "intended_use": "missing_intended_use",
    r"preprocessing\[\d+\]\.step": "unknown_preprocessing", r"preprocessing\[": "bad_preprocessing",
    r"operating_points\[": "bad_operating_point",
}  # fmt: skip


class Versioned(Struct, frozen=True):
    """Read first: what another version writes may have other members."""

    schema: Literal[1]


class Pinned(Struct, frozen=True):
    """A file of the pack and the SHA-256 its bytes must have."""

    file: Text
    sha256: Sha256

    def __post_init__(self) -> None:
        file = self.file
        if PurePosixPath(file).is_absolute() or "\\" in file or ":" in file or {".", ".."} & set(file.split("/")):
            raise Unfit(f"must name a file inside the pack, not {file!r}", "path_escape", ".file")


class ExamCase(Pinned, frozen=True, kw_only=True):
    """A golden picture and the activated value expected for each label.

    `more` are its further planes or slices, one gray file each. `shows` are the labels a person says it shows: they
    tell a model whose labels are named in another order than it answers in. None: nobody said.
    """

    expect: dict[str, Number]
    more: tuple[Pinned, ...] = ()
    shows: tuple[Text, ...] | None = None

    @property
    def files(self) -> tuple[Pinned, ...]:
        return (self, *self.more)


class Exam(Struct, frozen=True):
    """Golden cases; a score may differ from the expected one by at most `tolerance`."""

    tolerance: Positive
    cases: Annotated[tuple[ExamCase, ...], Meta(min_length=2, description="a list of two golden cases or more")]


class Variant(Pinned, frozen=True, kw_only=True):
    """The same model in other numbers, which changes no score by more than `tolerance`.

    Its publisher measured what it changes (`raw["parity"]`); `inference.admission.precision` picks the fastest here.
    """

    precision: Literal["int8", "fp16"]
    tolerance: Positive


class Floor(Struct, frozen=True):
    """How far a photo may be compressed before it is sent; None: as far as anybody likes."""

    longest_side: Side | None = None
    jpeg_quality: Quality | None = None


class Manifest(Struct, frozen=True, kw_only=True):
    """A whole manifest. `raw` is the parsed JSON as written, for storing and showing."""

    name: Name
    version: Text
    title: Text
    modality: Text
    purpose: Purpose
    licence: Text
    intended_use: Text
    not_intended_for: str = ""
    training_data: tuple[Source, ...]
    capture_classes: Texts
    age_range: Ages | None = None
    model: Pinned
    input: InputSpec
    preprocessing: tuple[Step, ...]
    output: OutputSpec
    cam: CamSpec | None = None
    operating_points: tuple[OfferedPoint, ...]
    latency_budget_ms: Positive
    card: Pinned
    exam: Exam
    compression_floor: Floor | None = None
    variants: tuple[Variant, ...] = ()
    raw: dict[str, Any]

    def __post_init__(self) -> None:
        if self.age_range and not 0 <= self.age_range[0] <= self.age_range[1]:
            raise Unfit("must be [youngest, oldest] in years, or null", at=".age_range")
        if len({one.precision for one in self.variants}) != len(self.variants):
            raise Unfit("must not name a precision twice", at=".variants")
        check_steps(self.preprocessing, self.input.height, self.input.width, self.input.channels)
        for at, case in enumerate(self.exam.cases):
            _check_case(case, self.output.labels, f".exam.cases[{at}]")
        for at, point in enumerate(self.operating_points):
            if point.capture_class not in self.capture_classes:
                where = f".operating_points[{at}].capture_class"
                raise Unfit("must be one the pack is made for", "bad_operating_point", where)

    @property
    def models(self) -> tuple[Pinned, ...]:
        """The model, then the same in other precisions."""
        return (self.model, *self.variants)

    @property
    def pinned(self) -> tuple[Pinned, ...]:
        """Every file of the pack but the manifest itself."""
        return (*self.models, self.card, *(file for case in self.exam.cases for file in case.files))


def parse(data: bytes) -> Manifest:
    """Read manifest.json. Raises PackError saying which field is wrong and what is allowed there."""
    try:
        raw = loads(data)
    except ValueError as error:
        raise PackError("bad_manifest", f"manifest.json is no JSON that can be trusted: {error}.") from None
    read(raw, Versioned, "manifest", CODES)
    found = read({**raw, "raw": raw}, Manifest, "manifest", CODES)
    for kind in found.capture_classes:
        of_pack(raw, kind)
    return found


def _check_case(case: ExamCase, labels: tuple[str, ...], where: str) -> None:
    if set(case.expect) != set(labels):
        raise Unfit(f"must give a score for each of {list(labels)}", "labels_mismatch", f"{where}.expect")
    if not set(case.shows or ()) <= set(labels):
        raise Unfit(f"must be some of the labels {list(labels)}", "labels_mismatch", f"{where}.shows")
