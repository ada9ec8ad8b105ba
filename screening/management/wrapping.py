"""The flags of `pack build`: everything a person has to tell of somebody else's model."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inference.admission.build import Told, read_picture
from inference.declared import PackError
from inference.evaluation.looks import Unreadable
from inference.pack.manifest import PURPOSES
from inference.pack.onnx_file import Ports
from inference.pack.steps import STEPS
from inference.pack.tensors import ACTIVATIONS, COLOURS, KINDS, LAYOUTS, SCORED
from inference.picture.planes import Picture
from screening import rules
from screening.management.labelled import open_picture
from screening.photo.kind import Kind, sniff
from screening.photo.refusal import PhotoRefused

OLDEST = 120.0
LEAST_GOLDEN = 2
# What a pack cannot do without: flag -> the question, and the code of the refusal.
NEEDED: Mapping[str, tuple[str, str]] = {
    "licence": ("Under which licence may it be used", "missing_licence"),
    "intended_use": ("What it is meant for, and for whom", "missing_intended_use"),
    "title": ("A short title for people", "bad_manifest"),
    "modality": ("What is pictured (fundus, chest, mri, ct, ultrasound, …)", "bad_manifest"),
    "capture_class": ("How its pictures are taken, with commas (dicom, fundus_tabletop, …)", "bad_manifest"),
    "labels": ("Its labels, with commas, in the order of its answers", "labels_mismatch"),
    "positive": ("The labels that mean disease, with commas", "labels_mismatch"),
    "golden": ("A golden picture, or FILE=LABEL,… it shows; two are needed, as different as its answers", "bad_golden"),
}
TEXTS: Mapping[str, str] = {
    "name": "name of the pack: lower-case letters, digits, hyphens (default: the file's name)",
    "title": "a short title for people",
    "modality": "what is pictured: fundus, chest, mri, ct, ultrasound, …",
    "licence": "under which licence it may be used",
    "intended-use": "what it is meant for, and for whom",
    "not-intended-for": "what it must not be used for",
    "capture-class": "how its pictures are taken, with commas: dicom, fundus_tabletop, …",
    "labels": "its labels, with commas, in the order of its answers",
    "positive": "the labels that mean disease, with commas",
    "input": "name of the model's input, where it has several",
    "output": "name of the output with the answers, where it has several",
    "cam": "name of the output with the heat map",
    "size": "the input's size where the file leaves it open, like 224 or 224x320 (height x width)",
    "units": "of a measurement: the unit of each label, with commas",
    "ranges": "of a measurement: what each label can be in a body, like 0..1,10..30",
    "age-range": "youngest and oldest in years, like 15-80, or 18+ for 18 and older",
    "sha256": "the SHA-256 that the model file must have",
}  # fmt: skip


def add_flags(parser: ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="the ONNX file")
    parser.add_argument("--out", type=Path, required=True, help="the pack to make: a folder, or a name ending in .zip")
    for flag, said in TEXTS.items():
        parser.add_argument(f"--{flag}", default="", help=said)
    parser.add_argument("--pack-version", default="1", help="version of the pack (default: 1)")
    parser.add_argument("--purpose", choices=PURPOSES, default="finding", help="what it is for (default: finding)")
    kind = "kind of answer (default: multiclass for several labels, binary for one)"
    parser.add_argument("--kind", choices=KINDS, default="", help=kind)
    activation = "what makes values of the raw answers (default: by the kind)"
    parser.add_argument("--activation", choices=ACTIVATIONS, default="", help=activation)
    colour = "order of the input's channels (default: from its shape)"
    parser.add_argument("--colour", choices=COLOURS, default="", help=colour)
    layout = "order of the input's dimensions (default: from its shape)"
    parser.add_argument("--layout", choices=LAYOUTS, default="", help=layout)
    steps = "one preprocessing step, in order, like 'clahe clip=2 grid=8': " + ", ".join(STEPS)
    parser.add_argument("--step", action="append", default=[], help=steps)
    parser.add_argument("--value-range", default="", help="the input's least and largest value, like 0..1")
    parser.add_argument("--data", action="append", default=[], help="training data, like 'NAME: TERMS'")
    parser.add_argument("--temperature", type=float, default=1.0, help="raw answers are divided by it (default: 1)")
    parser.add_argument("--budget-ms", type=float, default=2000.0, help="longest time for one photo on one core")
    parser.add_argument("--tolerance", type=float, default=0.001, help="how far a golden score may be off")
    parser.add_argument("--card", type=Path, help="the model card (Markdown)")
    golden = "a golden picture, or FILE=LABEL,… it shows (FILE= for none of them); twice or more"
    parser.add_argument("--golden", action="append", default=[], help=golden)


def told(said: Mapping[str, Any], ports: Ports) -> Told:
    """What the flags and answers say. Raises PackError where one of them cannot be read."""
    kind, labels = kind_of(said), listed(said["labels"])
    return Told(
        name=said["name"] or _slug(said["model"].stem), title=said["title"], modality=said["modality"].strip(),
        purpose=said["purpose"], licence=said["licence"].strip(),
        intended_use=said["intended_use"].strip(),
        not_intended_for=said["not_intended_for"], capture_classes=listed(said["capture_class"]), labels=labels,
        positive=listed(said["positive"]) or (labels if kind == "binary" else ()), kind=kind,
        activation=said["activation"] or _activation(kind), colour=said["colour"] or _colour(ports, said["input"]),
        version=said["pack_version"], layout=said["layout"], size=_size(said["size"]), input=said["input"],
        output=said["output"], cam=said["cam"], steps=tuple(_step(one) for one in said["step"]),
        units=listed(said["units"]), ranges=tuple(_span(one, "ranges") for one in listed(said["ranges"])),
        value_range=_span(said["value_range"], "value-range") if said["value_range"] else None,
        age_range=_ages(said["age_range"]) if said["age_range"] else None,
        training_data=tuple(_source(one) for one in said["data"]), temperature=said["temperature"],
        budget_ms=said["budget_ms"], tolerance=said["tolerance"], card=_card(said["card"]), sha256=said["sha256"],
    )  # fmt: skip


def kind_of(said: Mapping[str, Any]) -> str:
    return said["kind"] or ("multiclass" if "," in said["labels"] else "binary")


def missing(said: Mapping[str, Any]) -> list[str]:
    """The flags a pack cannot do without that nobody has given yet."""
    kind, spared = kind_of(said), set()
    if kind == "embedding":
        spared = {"labels", "positive"}
    elif kind not in SCORED or kind == "binary":
        spared = {"positive"}
    texts = [flag for flag in NEEDED if flag != "golden" and not said[flag].strip() and flag not in spared]
    return texts + (["golden"] if len(said["golden"]) < LEAST_GOLDEN else [])


def golden(given: list[str]) -> tuple[dict[str, Path], dict[str, tuple[str, ...]]]:
    """The golden pictures under their names in the pack, and what people say they show."""
    files: dict[str, Path] = {}
    shows: dict[str, tuple[str, ...]] = {}
    for at, one in enumerate(given):
        path, named, labels = one.partition("=") if not Path(one).exists() else (one, "", "")
        name = f"golden/{at:02}-{_slug(Path(path).stem)}.png"
        files[name] = Path(path)
        if named:
            shows[name] = listed(labels)
    return files, shows


def picture(path: Path, *, planes: bool) -> Picture:
    """A picture from a file or a folder of planes; a DICOM file as the product takes it in. Raises PackError."""
    if planes or not _is_dicom(path):
        return read_picture(path, planes=planes)
    try:
        return open_picture(path)
    except Unreadable as error:
        raise PackError("bad_golden", f"{path}: {error}") from error


def doubts(modality: str, capture_classes: tuple[str, ...]) -> list[str]:
    """What is allowed, for any modality may enter, but may be a slip of the hand: no programme could use the pack."""
    if modality not in rules.MODALITIES:
        known = ", ".join(rules.MODALITIES)
        return [f"No programme has the modality {modality!r} (only: {known}): it can be tried, but not proposed."]
    known = ", ".join(rules.MODALITIES[modality].class_codes)
    return [
        f"No {modality} programme takes pictures of the kind {one!r} (only: {known}): no threshold can hold for it."
        for one in capture_classes if one not in known.split(", ")
    ]  # fmt: skip


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return sniff(file.read(4096)) is Kind.DICOM
    except (OSError, PhotoRefused):
        return False  # whoever reads it next says what is wrong with it


def _card(path: Path | None) -> str:
    try:
        return path.read_text("utf-8") if path else ""
    except OSError as error:
        raise PackError("missing_file", f"--card {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PackError("missing_file", f"--card {path} is not text in UTF-8.") from error


def listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "model"


def _activation(kind: str) -> str:
    return {"binary": "sigmoid", "multilabel": "sigmoid", "mask": "sigmoid", "multiclass": "softmax",
            "grade": "softmax"}.get(kind, "none")  # fmt: skip


def _colour(ports: Ports, named: str) -> str:
    entry = ports.inputs.get(named) or next(iter(ports.inputs.values()), None)
    shape = (entry.shape if entry else None) or ()
    if len(shape) == 4 and {shape[1], shape[-1]} & {1, 3}:
        return "GRAY" if 1 in (shape[1], shape[-1]) else "RGB"
    return "PLANES" if shape else "RGB"


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    if not found:
        raise PackError("wrong_shape", f"--size is like 224 or 224x320 (height x width), not {text!r}.")
    height = int(found[1])
    return height, int(found[2] or height)


def _ages(text: str) -> tuple[float, float]:
    """'15-80', '15 80' or '15,80'; '18+' and '18-' are from 18 on. A lone number could be either end: refused."""
    number = r"(\d+(?:\.\d+)?)"
    if found := re.fullmatch(rf"\s*{number}\s*[+–-]\s*", text):
        return float(found[1]), OLDEST
    found = re.fullmatch(rf"\s*{number}(?:\s*(?:[–,-]|\.\.)\s*|\s+){number}\s*", text)
    if not found or float(found[1]) > float(found[2]):
        said = f"--age-range is youngest and oldest, like 15-80, or 18+ for 18 and older, not {text!r}."
        raise PackError("bad_manifest", said)
    return float(found[1]), float(found[2])


def _span(text: str, flag: str) -> tuple[float, float]:
    low, dots, high = text.partition("..")
    if not dots:
        raise PackError("bad_manifest", f"--{flag} is from..to, like 0..1, not {text!r}.")
    return _number(low), _number(high)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise PackError("bad_manifest", f"{text!r} is not a number.") from None


def _step(text: str) -> dict[str, Any]:
    """'normalise mean=0.485,0.456,0.406 std=0.2,0.2,0.2' as the manifest writes it."""
    name, *numbers = text.split() or [""]
    if not name or not all("=" in one for one in numbers):
        raise PackError(
            "bad_preprocessing", f"--step is a name and its numbers, like 'scale divide=255', not {text!r}."
        )
    step: dict[str, Any] = {"step": name}
    for one in numbers:
        key, _, value = one.partition("=")
        values = [_number(part) for part in value.split(",")]
        step[key] = values if name == "normalise" else values[0]
    return step


def _source(text: str) -> dict[str, str]:
    name, _, terms = text.partition(":")
    return {"name": name.strip(), "terms": terms.strip() or "not stated"}
