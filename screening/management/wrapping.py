"""The flags and questions of `pack build`: everything a person has to tell of somebody else's model."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inference.build import Told
from inference.manifest import PURPOSES
from inference.onnx_file import Ports
from inference.ports import ACTIVATIONS, COLOURS, KINDS, LAYOUTS, SCORED
from inference.steps import STEPS
from inference.table import PackError

Ask = Callable[[str], str]
# What a pack cannot do without: flag -> the question, and the code of the refusal.
NEEDED: Mapping[str, tuple[str, str]] = {
    "licence": ("Under which licence may it be used", "missing_licence"),
    "intended_use": ("What it is meant for, and for whom", "missing_intended_use"),
    "title": ("A short title for people", "bad_manifest"),
    "modality": ("What is pictured (fundus, chest, mri, ct, ultrasound, …)", "bad_manifest"),
    "capture_class": ("How its pictures are taken, with commas (dicom, fundus_tabletop, …)", "bad_manifest"),
    "labels": ("Its labels, with commas, in the order of its answers", "labels_mismatch"),
    "positive": ("The labels that mean disease, with commas", "labels_mismatch"),
}


def add_flags(parser: ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="the ONNX file")
    parser.add_argument("--out", type=Path, required=True, help="the pack to make: a folder, or a name ending in .zip")
    for flag in ("name", "title", "modality", "licence", "intended-use", "not-intended-for", "capture-class", "labels",
                 "positive", "input", "output", "cam", "size", "units", "ranges", "age-range", "sha256"):  # fmt: skip
        parser.add_argument(f"--{flag}", default="")
    parser.add_argument("--pack-version", default="1")
    parser.add_argument("--purpose", choices=PURPOSES, default="finding")
    parser.add_argument("--kind", choices=KINDS, default="")
    parser.add_argument("--activation", choices=ACTIVATIONS, default="")
    parser.add_argument("--colour", choices=COLOURS, default="")
    parser.add_argument("--layout", choices=LAYOUTS, default="")
    steps = "one preprocessing step, in order, like 'clahe clip=2 grid=8': " + ", ".join(STEPS)
    parser.add_argument("--step", action="append", default=[], help=steps)
    parser.add_argument("--value-range", default="", help="the input's least and largest value, like 0..1")
    parser.add_argument("--data", action="append", default=[], help="training data, like 'NAME: TERMS'")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--budget-ms", type=float, default=2000.0, help="longest time for one photo on one core")
    parser.add_argument("--tolerance", type=float, default=0.001, help="how far a golden score may be off")
    parser.add_argument("--card", type=Path, help="the model card (Markdown)")
    parser.add_argument("--golden", action="append", default=[], help="a golden picture, or FILE=LABEL,… it shows")


def told(options: Mapping[str, Any], ports: Ports, ask: Ask | None) -> Told:
    """What the flags say; the rest is asked, or refused where nobody can be asked. Raises PackError."""
    said = dict(options)
    while ask and (lacking := _missing(said)):
        said[lacking[0]] = ask(f"{NEEDED[lacking[0]][0]}: ")
    if lacking := _missing(said):
        lines = "".join(f"\n  --{flag.replace('_', '-')}: {NEEDED[flag][0].lower()}" for flag in lacking)
        raise PackError(NEEDED[lacking[0]][1], f"A pack without these is refused:{lines}")
    kind, labels = _kind(said), _list(said["labels"])
    return Told(
        name=said["name"] or _slug(said["model"].stem), title=said["title"], modality=said["modality"],
        purpose=said["purpose"], licence=said["licence"].strip(),
        intended_use=said["intended_use"].strip(),
        not_intended_for=said["not_intended_for"], capture_classes=_list(said["capture_class"]), labels=labels,
        positive=_list(said["positive"]) or (labels if kind == "binary" else ()), kind=kind,
        activation=said["activation"] or _activation(kind), colour=said["colour"] or _colour(ports, said["input"]),
        version=said["pack_version"], layout=said["layout"], size=_size(said["size"]), input=said["input"],
        output=said["output"], cam=said["cam"], steps=tuple(_step(one) for one in said["step"]),
        units=_list(said["units"]), ranges=tuple(_span(one) for one in _list(said["ranges"])),
        value_range=_span(said["value_range"]) if said["value_range"] else None,
        age_range=_span(said["age_range"]) if said["age_range"] else None,
        training_data=tuple(_source(one) for one in said["data"]), temperature=said["temperature"],
        budget_ms=said["budget_ms"], tolerance=said["tolerance"],
        card=said["card"].read_text() if said["card"] else "", sha256=said["sha256"],
    )  # fmt: skip


def _kind(said: Mapping[str, Any]) -> str:
    return said["kind"] or ("multiclass" if "," in said["labels"] else "binary")


def _missing(said: Mapping[str, Any]) -> list[str]:
    kind, spared = _kind(said), set()
    if kind == "embedding":
        spared = {"labels", "positive"}
    elif kind not in SCORED or kind == "binary":
        spared = {"positive"}
    return [flag for flag in NEEDED if not said[flag].strip() and flag not in spared]


def golden(given: list[str]) -> tuple[dict[str, Path], dict[str, tuple[str, ...]]]:
    """The golden pictures under their names in the pack, and what people say they show."""
    files: dict[str, Path] = {}
    shows: dict[str, tuple[str, ...]] = {}
    for at, one in enumerate(given):
        path, named, labels = one.partition("=") if not Path(one).exists() else (one, "", "")
        name = f"golden/{at:02}-{_slug(Path(path).stem)}.png"
        files[name] = Path(path)
        if named:
            shows[name] = _list(labels)
    return files, shows


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "model"


def _activation(kind: str) -> str:
    return {"binary": "sigmoid", "multilabel": "sigmoid", "mask": "sigmoid", "multiclass": "softmax",
            "grade": "softmax"}.get(kind, "none")  # fmt: skip


def _colour(ports: Ports, named: str) -> str:
    entry = ports.inputs.get(named) or next(iter(ports.inputs.values()))
    shape = entry.shape or ()
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


def _span(text: str) -> tuple[float, float]:
    low, dots, high = text.partition("..")
    return (_number(low), _number(high)) if dots else (0.0, _number(low))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise PackError("bad_manifest", f"{text!r} is not a number.") from None


def _step(text: str) -> dict[str, Any]:
    """'normalise mean=0.485,0.456,0.406 std=0.2,0.2,0.2' as the manifest writes it."""
    name, *numbers = text.split()
    step: dict[str, Any] = {"step": name}
    for one in numbers:
        key, _, value = one.partition("=")
        values = [_number(part) for part in value.split(",")]
        step[key] = values if name == "normalise" else values[0]
    return step


def _source(text: str) -> dict[str, str]:
    name, _, terms = text.partition(":")
    return {"name": name.strip(), "terms": terms.strip() or "not stated"}
