"""What the commands share that measure a pack on labelled pictures: options, the pack, the set, opening a picture."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from inference import pack
from inference.assess.preprocess import working_copy
from inference.evaluation import origin
from inference.evaluation.cases import Asked, Cases, read
from inference.evaluation.looks import Look, Unreadable, look
from inference.evaluation.sheet import SetRefused
from inference.pack import archive
from screening import photo

GATE = "gate"
PACK_HELP = "a pack's folder, the name of a bundled pack, or the first digits of an installed one"


def open_picture(path: Path) -> npt.NDArray[np.uint8]:
    """A file as the product would see it, after the same cleaning. Raises Unreadable."""
    try:
        return working_copy(photo.clean(path.read_bytes()).display)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    except photo.PhotoRefused as refused:
        raise Unreadable(str(refused.sentence)) from refused
    except ValueError as error:
        raise Unreadable(str(error)) from error


def find_pack(name: str, keep: LabelledCommand) -> pack.Pack:
    """A pack that is a folder or a zip file, bundled or installed; `keep` holds an unpacked one until it is done.

    Raises CommandError where there is none or it is damaged.
    """
    places = [Path(name), settings.FIELDLIGHT_BUNDLED_PACKS / name]
    if len(name) >= 6 and name.isalnum():
        places += sorted(settings.FIELDLIGHT_PACKS.glob(f"{name}*"))
    for place in places:
        if place.exists():
            try:
                return pack.load(keep.unpacked.enter_context(archive.opened(place)))
            except pack.PackError as error:
                raise CommandError(str(error)) from error
    bundled = ", ".join(sorted(path.parent.name for path in settings.FIELDLIGHT_BUNDLED_PACKS.glob("*/manifest.json")))
    raise CommandError(f"There is no pack {name!r}. Bundled: {bundled or 'none'}.")


def new_home(found: pack.Pack, out: Path | None) -> Path:
    """Where a changed pack is written. An installed or zipped one needs a folder of its own. Raises CommandError."""
    if out:
        return out
    place = found.path.resolve()
    if place.is_relative_to(settings.FIELDLIGHT_PACKS.resolve()) or place.is_relative_to(Path(gettempdir()).resolve()):
        raise CommandError("An installed or zipped pack is never changed in place: say with --out where to write it.")
    return found.path


def progress(*args: Any, options: Mapping[str, Any], **more: Any) -> Any:
    """A progress bar for a person at a terminal; a log gets none, and neither does -v0."""
    return tqdm(*args, file=sys.stderr, disable=True if options["verbosity"] == 0 else None, **more)


def pair(text: str) -> tuple[str, str]:
    """COLUMN=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError(text)
    return name, value


class LabelledCommand(BaseCommand):
    """A command that reads a table of labels and looks at its pictures."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """As usual; an unpacked zip file is gone afterwards."""
        with ExitStack() as self.unpacked:
            return super().execute(*args, **options)

    def add_set(self, parser: ArgumentParser, *, images_required: bool = True) -> None:
        parser.add_argument("--labels", type=Path, required=True, help="CSV table, columns known by name")
        parser.add_argument("--images", type=Path, required=images_required, help="folder the table's pictures are in")
        parser.add_argument("--image-column", default="", help="column naming the picture (default: image)")
        parser.add_argument("--truth", default="", help="column of the reference answer (default: referable, label, …)")
        parser.add_argument("--positive", action="append", default=[], help="its value that means disease; repeatable")
        parser.add_argument("--negative", action="append", default=[],
                            help="its value that means no disease, and no other then does; repeatable")  # fmt: skip
        parser.add_argument("--patient", default="", help="column naming the person (default: patient, patient_id, …)")
        parser.add_argument("--where", type=pair, action="append", default=[], metavar="COLUMN=VALUE",
                            help="measure only on these rows; repeatable")  # fmt: skip
        parser.add_argument("--label", default="", help="score of this label alone, in place of the pack's own score")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)

    def add_gate(self, parser: ArgumentParser) -> None:
        parser.add_argument("--gate", default="", metavar="PACK",
                            help="quality gate that is served with it: what it turns down a person reads, and is left "
                            "out and counted")  # fmt: skip

    def cases(self, options: Mapping[str, Any], manifest: pack.Manifest | None) -> Cases:
        """The labelled rows; without a pack they need no pictures. Raises CommandError."""
        asked = Asked(
            options["image_column"], options["truth"], tuple(options["positive"]), options["patient"],
            tuple(options["where"]), tuple(options["negative"]), pictures=manifest is not None,
        )  # fmt: skip
        labels, positive = (manifest.output.labels, manifest.output.positive) if manifest else ((), ())
        if options["label"] and manifest and options["label"] not in labels:
            raise CommandError(f"The pack has no label {options['label']!r}. It has: {', '.join(labels)}.")
        try:
            return read(options["labels"], asked, labels, positive)
        except SetRefused as refused:
            raise CommandError(refused.message) from refused

    def gate(self, options: Mapping[str, Any], found: pack.Pack | None) -> pack.Pack | None:
        """The quality gate that was asked for. Raises CommandError where it is none, or one for other pictures."""
        if not options["gate"]:
            return None
        if found is None:
            raise CommandError("--gate looks at pictures; with --scores there are none to look at.")
        gate = find_pack(options["gate"], self)
        if gate.manifest.purpose != GATE:
            raise CommandError(f"{gate.manifest.name} is no quality gate: its purpose is {gate.manifest.purpose}.")
        if gate.manifest.modality != found.manifest.modality:
            raise CommandError(
                f"The gate {gate.manifest.name} is for {gate.manifest.modality} pictures, "
                f"{found.manifest.name} for {found.manifest.modality} pictures."
            )
        return gate

    def looks(
        self, names: Sequence[str], options: Mapping[str, Any], of: pack.Pack | None, gate: pack.Pack | None = None
    ) -> list[Look]:
        """Every picture looked at once, with a progress bar."""
        files = [options["images"] / name for name in names]
        with progress(total=len(files), unit="picture", options=options) as bar:
            return look(
                files, open_picture, of, options["label"], gate, jobs=max(1, options["jobs"]), progress=bar.update
            )

    def say_set(self, told: Mapping[str, Any], left_out: Mapping[str, int], gate: Mapping[str, Any] | None) -> None:
        """What counted as ill, as well, and not at all: the first thing to check in any figure."""
        for kind in ("ill", "well"):
            values = _counted(_quoted(told[f"{kind}_values"]))
            self.stdout.write(f"Counted as {kind}, by {told['truth_column']}: {values}.")
        if left_out:
            self.stdout.write(f"Left out: {_counted(left_out)}.")
        if gate:
            reasons = {reason: sum(both.values()) for reason, both in gate["reasons"].items()}
            self.stdout.write(
                f"The gate {gate['name']} turned down {gate['turned_down']} of {gate['pictures']} pictures, which a "
                f"person reads: {gate['ill']} ill, {gate['well']} well"
                + (f" ({_counted(reasons)})." if reasons else ".")
            )


def set_name(options: Mapping[str, Any], training: bool) -> str:
    """The name of the set with the part that was used, as it stands in the evidence."""
    return origin.titled(options["data"] or options["labels"].resolve().parent.name, options["where"], training)


def is_training(cases: Cases, options: Mapping[str, Any]) -> bool:
    """Whether pictures of the set are marked, or the set is called, as what a model learns from."""
    table = options["labels"].resolve()
    names = [options["data"], table.parent.name, table.stem]
    return bool(origin.marked_train(cases, options["where"])) or origin.named_train(cases, names)


def gate_report(gate: pack.Pack, cases: Cases, looks: Sequence[Look]) -> dict[str, Any]:
    """Which gate it was and what it turned down. Raises SetRefused."""
    manifest = gate.manifest
    named = {"name": manifest.name, "version": manifest.version, "sha256": gate.sha256}
    return {**named, **origin.turned_down(cases, looks)}


def _quoted(counts: Mapping[str, int]) -> dict[str, int]:
    return {f"“{value}”": count for value, count in counts.items()}


def _counted(counts: Mapping[str, int]) -> str:
    named = [f"{what}: {count}" for what, count in list(counts.items())[:12]]
    return "; ".join([*named, *([f"and {len(counts) - 12} more"] if len(counts) > 12 else [])]) or "none"


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a report; each is whole or absent."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        beside = folder / f"{name}.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(folder / name)


def as_json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
