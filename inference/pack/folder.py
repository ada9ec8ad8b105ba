"""A model pack on disk: read it, verify every byte, write one, copy one into the store."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from inference.declared import PackError
from inference.pack import onnx_file, outputs
from inference.pack.manifest import ExamCase, Manifest, Pinned, parse
from inference.picture.planes import Picture

__all__ = ["Manifest", "Pack", "PackError", "copy_into", "load", "write"]

MANIFEST = "manifest.json"
LARGEST_MANIFEST = 1 << 20
LARGEST_MODEL = 512 << 20
LARGEST_OTHER = 32 << 20


@dataclass(frozen=True)
class Pack:
    """A verified pack. `sha256` is that of manifest.json, which pins every other file.

    `precision` names the variant that answers; "" is the model itself.
    """

    path: Path
    sha256: str
    manifest: Manifest
    precision: str = ""

    @property
    def model(self) -> Pinned:
        """The model file that answers."""
        known: dict[str, Pinned] = {one.precision: one for one in self.manifest.variants}
        return known.get(self.precision, self.manifest.model)

    def golden(self, case: ExamCase) -> Picture:
        """The picture of an exam case, as `assess` takes it. Raises PackError."""
        planes = self.manifest.input.colour == "PLANES"
        how = cv2.IMREAD_ANYDEPTH | (cv2.IMREAD_GRAYSCALE if planes else cv2.IMREAD_COLOR)
        read = [_picture(self.read(file), file.file, how) for file in case.files]
        return np.dstack(read) if planes else read[0]

    def read(self, pinned: Pinned) -> bytes:
        """The bytes of one file, which had the promised hash when read. Raises PackError."""
        limit = LARGEST_MODEL if pinned in self.manifest.models else LARGEST_OTHER
        data = _read(self.path, pinned.file, limit)
        if hashlib.sha256(data).hexdigest() != pinned.sha256:
            raise PackError("wrong_hash", f"{pinned.file} is not the file the manifest promises (wrong SHA-256).")
        return data


def load(path: Path) -> Pack:
    """Read and verify the pack in a folder.

    Raises PackError with a code: missing_file, too_big, path_escape, wrong_hash, bad_manifest, unknown_schema,
    missing_licence, missing_intended_use, labels_mismatch, unknown_preprocessing, bad_preprocessing,
    bad_operating_point, not_onnx, external_data, unknown_operators, missing_input, missing_output, wrong_shape.
    """
    data = _read(path, MANIFEST, LARGEST_MANIFEST)
    found = Pack(path, hashlib.sha256(data).hexdigest(), parse(data))
    for pinned in found.manifest.pinned:
        content = found.read(pinned)
        if pinned in found.manifest.models:
            check_ports(found.manifest, onnx_file.inspect(content))
    return found


def write(
    folder: Path,
    manifest: Mapping[str, Any],
    model: bytes,
    card: str,
    golden: Mapping[str, Picture],
    variants: Mapping[str, bytes] | None = None,
) -> Pack:
    """Write a pack and load it back. Raises PackError as `load` does.

    `golden` maps the file of each exam case ("golden/x.png") to its picture: RGB [height, width, 3], gray [height,
    width], or planes [height, width, n] where the manifest's colour is "PLANES" (one file each); uint8 or uint16.
    `variants` maps the precision of each of manifest.variants to its model. File names and hashes in the manifest
    are filled in here.
    """
    named = {precision: f"model.{precision}.onnx" for precision in variants or {}}
    files = {"model.onnx": model, "CARD.md": card.encode()}
    files |= {named[precision]: data for precision, data in (variants or {}).items()}
    split = manifest["input"]["colour"] == "PLANES"
    drawn = {name: _plane_files(name, picture, split) for name, picture in golden.items()}
    files |= {name: data for planes in drawn.values() for name, data in planes.items()}
    pins = {name: {"file": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    exam = dict(manifest["exam"])
    exam["cases"] = [_pinned_case(case, drawn, pins) for case in exam["cases"]]
    if variants:
        manifest = {
            **manifest,
            "variants": [{**one, **pins[named[one["precision"]]]} for one in manifest["variants"]],
        }
    whole = {**manifest, "model": pins["model.onnx"], "card": pins["CARD.md"], "exam": exam}
    files[MANIFEST] = (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()
    for name, data in files.items():
        target = _inside(folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    # A precision that an earlier version of the pack carried and this one does not.
    for stale in set(folder.glob("model.*.onnx")) - {folder / name for name in files}:
        stale.unlink()
    return load(folder)


def _pinned_case(
    case: Mapping[str, Any], drawn: Mapping[str, Mapping[str, bytes]], pins: Mapping[str, dict[str, str]]
) -> dict[str, Any]:
    further = [pins[name] for name in list(drawn.get(case["file"], {}))[1:]]
    return {**case, **pins.get(case["file"], {}), **({"more": further} if further else {})}


def _plane_files(name: str, picture: Picture, split: bool) -> dict[str, bytes]:
    """The files of one golden picture: one PNG, or one gray PNG per plane."""
    if not split or picture.ndim == 2:
        return {name: _png(picture)}
    stem, ending = name.rsplit(".", 1)
    rest = [f"{stem}-{at:03}.{ending}" for at in range(1, picture.shape[2])]
    return {one: _png(np.ascontiguousarray(picture[:, :, at])) for at, one in enumerate((name, *rest))}


def copy_into(pack: Pack, store: Path) -> Pack:
    """Copy a pack to store/<sha256>, all of it or nothing, and load it there. Raises PackError.

    A pack already there and whole is left alone; a damaged one is replaced.
    """
    target = store / pack.sha256
    try:
        return load(target)
    except PackError:
        pass
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store, prefix=".incoming-") as scratch:
        staged = Path(scratch) / "pack"
        _copy_files(pack, staged)
        if load(staged).sha256 != pack.sha256:
            raise PackError("wrong_hash", "The pack changed while it was copied.")
        if target.exists():
            target.rename(Path(scratch) / "damaged")
        try:
            staged.rename(target)
        except OSError:
            # Another process may have installed the same pack meanwhile; load() below tells.
            if not target.is_dir():
                raise
    return load(target)


def _copy_files(pack: Pack, staged: Path) -> None:
    for name in (MANIFEST, *(pinned.file for pinned in pack.manifest.pinned)):
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_inside(pack.path, name), target)
        with target.open("rb") as copied:
            os.fsync(copied.fileno())


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PackError("path_escape", f"{name!r} leads out of the pack.")
    return path


def _read(folder: Path, name: str, limit: int) -> bytes:
    path = _inside(folder, name)
    try:
        size = path.stat().st_size if path.is_file() else None
        if size is None:
            raise PackError("missing_file", f"{name} is missing.")
        if size > limit:
            raise PackError("too_big", f"{name} has {size} bytes; {limit} are allowed.")
        return path.read_bytes()
    except OSError as error:
        raise PackError("missing_file", f"{name} cannot be read: {error.strerror}.") from error


def check_ports(manifest: Manifest, ports: onnx_file.Ports) -> None:
    """The file has the inputs and outputs that the manifest speaks of. Raises PackError."""
    entry = ports.inputs.get(manifest.input.name)
    if entry is None:
        raise PackError("missing_input", f"The model has no input {manifest.input.name!r}, only {list(ports.inputs)}.")
    _check_shape(entry, manifest.input.shape)
    wanted = [manifest.output.name, *([manifest.cam.output] if manifest.cam else [])]
    for name in wanted:
        if name not in ports.outputs:
            raise PackError("missing_output", f"The model has no output {name!r}, only {list(ports.outputs)}.")
    shape = ports.outputs[manifest.output.name].shape
    if not outputs.ports_fit(shape, manifest.output, manifest.input):
        said = f"The model's output {list(shape or ())} does not fit {len(manifest.output.labels)} labels."
        raise PackError("labels_mismatch", said)


def _check_shape(port: onnx_file.Port, expected: tuple[int, ...]) -> None:
    shape = port.shape or (None,) * len(expected)
    fits = len(shape) == len(expected) and all(a is None or a == b for a, b in zip(shape, expected, strict=True))
    if port.element != onnx_file.FLOAT or not fits:
        raise PackError("wrong_shape", f"The input {port.name!r} is not float32 {list(expected)}: {list(shape)}.")


def _picture(data: bytes, name: str, how: int) -> Picture:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), how) if data else None
    if picture is None:
        raise PackError("bad_golden", f"{name} is not a picture.")
    return np.ascontiguousarray(picture if picture.ndim == 2 else picture[:, :, ::-1])


def _png(picture: Picture) -> bytes:
    ordered = picture if picture.ndim == 2 else picture[:, :, ::-1]
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(ordered), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return encoded.tobytes()
