"""Wrap somebody else's ONNX file into a pack: what it says of itself is read, the rest is told. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from inference.admission.exam import examine, seal
from inference.declared import PackError
from inference.pack import Pack, check_ports, onnx_file
from inference.pack.manifest import parse
from inference.pack.onnx_file import Port, Ports
from inference.pack.steps import TENSOR_STEPS
from inference.pack.tensors import VOLUMES
from inference.picture.planes import Picture

SECONDS_A_PHOTO = 2000.0


@dataclass(frozen=True)
class Told:
    """What only a person can tell of a model. Empty means: not told, so guessed from the file or left out."""

    name: str
    title: str
    modality: str
    purpose: str
    licence: str
    intended_use: str
    capture_classes: tuple[str, ...]
    labels: tuple[str, ...]
    positive: tuple[str, ...]
    kind: str
    activation: str
    colour: str
    version: str = "1"
    not_intended_for: str = ""
    layout: str = ""
    size: tuple[int, int] | None = None
    input: str = ""
    output: str = ""
    cam: str = ""
    steps: tuple[Mapping[str, Any], ...] = ()
    units: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    value_range: tuple[float, float] | None = None
    age_range: tuple[float, float] | None = None
    training_data: tuple[Mapping[str, str], ...] = ()
    temperature: float = 1.0
    budget_ms: float = SECONDS_A_PHOTO
    tolerance: float = 0.001
    card: str = ""
    sha256: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def rehearse(ports: Ports, told: Told, shows: Sequence[Sequence[str]] = ()) -> None:
    """Raise PackError for all that `build` would refuse before it asks the model anything."""
    raw = manifest(ports, told)
    labels = raw["output"].get("labels") or [f"e{place}" for place in range(raw["output"]["size"])]
    pin = {"file": "x", "sha256": "0" * 64}
    blank = {**pin, "expect": dict.fromkeys(labels, 0.0)}
    cases = [blank, blank, *({**blank, "shows": list(seen)} for seen in shows)]
    whole = {**raw, "model": pin, "card": pin, "exam": {**raw["exam"], "cases": cases}}
    check_ports(parse(json.dumps(whole).encode()), ports)


def check_hash(model: bytes, promised: str) -> None:
    """Raise PackError unless the file is the one that was named, where one was."""
    found = hashlib.sha256(model).hexdigest()
    if promised and promised.lower() != found:
        raise PackError("wrong_hash", f"The model is not the file you named: its SHA-256 is {found}.")


def build(
    model: bytes, told: Told, golden: Mapping[str, Picture], shows: Mapping[str, Sequence[str]], folder: Path
) -> Pack:
    """Write the pack into `folder` and let it sit its exam. Raises PackError; then the folder is of no use."""
    check_hash(model, told.sha256)
    ports = onnx_file.inspect(model)
    if len(golden) < 2:
        raise PackError("bad_golden", "Two golden pictures or more are needed, as different as the model's answers.")
    pack = seal(folder, manifest(ports, told), model, told.card or card(told), golden, shows)
    report = examine(pack)
    if not report.passed:
        raise PackError(report.codes[0], " ".join(report.problems))
    return pack


def manifest(ports: Ports, told: Told) -> dict[str, Any]:
    """The manifest of a wrapped model, without files and exam. Raises PackError where the file leaves a doubt."""
    entry = _only(ports.inputs, told.input, "input")
    spec = _input(entry, told)
    return {
        "schema": 1, "name": told.name, "version": told.version, "title": told.title, "modality": told.modality,
        "purpose": told.purpose, "licence": told.licence, "intended_use": told.intended_use,
        "not_intended_for": told.not_intended_for, "training_data": list(told.training_data),
        "capture_classes": list(told.capture_classes), "age_range": told.age_range and list(told.age_range),
        "input": spec, "preprocessing": _steps(spec, told), "output": _output(ports, told),
        "cam": {"output": told.cam} if told.cam else None, "operating_points": [],
        "latency_budget_ms": told.budget_ms, "compression_floor": None,
        "exam": {"tolerance": told.tolerance, "cases": []}, **told.extra,
    }  # fmt: skip


def card(told: Told) -> str:
    """A model card from what was told: the least a pack may carry."""
    sources = "\n".join(f"- {one['name']}: {one['terms']}" for one in told.training_data) or "- not stated"
    said = told.not_intended_for or "Anything else."
    return (
        f"# {told.title}\n\nWrapped from a file made elsewhere (SHA-256 of the model: see manifest.json).\n\n"
        f"## Intended use\n\n{told.intended_use}\n\n## Not intended for\n\n{said}\n\n"
        f"## Licence\n\n{told.licence}\n\n## Training data\n\n{sources}\n\n"
        "## Evidence\n\nNone is in this pack: it has no operating point, so a human reads every picture until one is\n"
        "measured on pictures of the place where it is used.\n"
    )


def _only(ports: Mapping[str, Port], named: str, what: str) -> Port:
    if named in ports:
        return ports[named]
    if named or len(ports) != 1:
        raise PackError(f"missing_{what}", f"Which {what} is meant? The model has {sorted(ports)}: say --{what} NAME.")
    return next(iter(ports.values()))


def _input(entry: Port, told: Told) -> dict[str, Any]:
    shape = entry.shape or ()
    layout = told.layout or _layout(shape)
    first = 2 if layout == "NCHW" else 1
    if layout in VOLUMES:
        first = 3 if layout == "NCDHW" else 2
    height, width = told.size or (shape[first] if len(shape) > first + 1 else None,
                                  shape[first + 1] if len(shape) > first + 1 else None)  # fmt: skip
    if height is None or width is None:
        raise PackError("wrong_shape", f"The model takes any size ({list(shape)}): say --size HEIGHTxWIDTH.")
    spec: dict[str, Any] = {
        "name": entry.name, "layout": layout, "height": height, "width": width, "colour": told.colour,
        "range": told.value_range and list(told.value_range),
    }  # fmt: skip
    if told.colour == "PLANES":
        place = {"NCHW": 1, "NHWC": -1, "NCDHW": 2, "NDHWC": 1}[layout]
        spec["planes"] = shape[place] or 0
    return spec


def _layout(shape: Sequence[int | None]) -> str:
    """Channels are few: where they stand tells the layout."""
    channels = (1, 3)
    if len(shape) == 5:
        return "NDHWC" if shape[-1] == 1 and shape[1] != 1 else "NCDHW"
    if len(shape) == 4 and shape[-1] in channels and shape[1] not in channels:
        return "NHWC"
    return "NCHW"


def _steps(spec: Mapping[str, Any], told: Told) -> list[dict[str, Any]]:
    """The steps as told, with the resize that the input's size asks for before the first step on numbers."""
    steps = [dict(step) for step in told.steps]
    if any(step["step"] in ("resize", "centre_crop") for step in steps):
        return steps
    at = next((n for n, step in enumerate(steps) if step["step"] in TENSOR_STEPS), len(steps))
    return [*steps[:at], {"step": "resize", "height": spec["height"], "width": spec["width"]}, *steps[at:]]


def _output(ports: Ports, told: Told) -> dict[str, Any]:
    others = {name: port for name, port in ports.outputs.items() if name != told.cam}
    port = _only(others, told.output, "output")
    output: dict[str, Any] = {
        "name": port.name, "kind": told.kind, "labels": list(told.labels), "activation": told.activation,
        "temperature": told.temperature, "positive": list(told.positive),
    }  # fmt: skip
    if told.kind == "measurement":
        output |= {"units": list(told.units), "ranges": [list(one) for one in told.ranges]}
    if told.kind == "embedding":
        output["size"] = (port.shape or (0,))[-1] or 0
        del output["labels"]
    return output


def read_picture(path: Path, *, planes: bool = False) -> Picture:
    """A golden picture from a file (PNG, JPEG), or from a folder of gray planes in the order of their names.

    Raises PackError: bad_golden.
    """
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.is_file())
        read = [_gray(one) for one in files]
        if not read or len({one.shape for one in read}) != 1:
            raise PackError("bad_golden", f"{path}: planes of one size are needed.")
        return np.dstack(read)
    if planes:
        return _gray(path)[:, :, None]
    picture = _decoded(path, cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR)
    return np.ascontiguousarray(picture[:, :, ::-1])


def _gray(path: Path) -> Picture:
    return _decoded(path, cv2.IMREAD_ANYDEPTH | cv2.IMREAD_GRAYSCALE)


def _decoded(path: Path, how: int) -> Picture:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PackError("bad_golden", f"{path} cannot be read: {error.strerror}.") from error
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), how) if data else None
    if picture is None:
        raise PackError("bad_golden", f"{path} is not a picture.")
    return np.asarray(picture)
