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

from inference import archive, pack
from inference.evaluation.cases import Asked, Cases, SetRefused, read
from inference.evaluation.looking import Look, Unreadable, look
from inference.preprocess import working_copy
from screening import photo

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
        parser.add_argument("--image-column", default="image")
        parser.add_argument("--truth", default="", help="column of the reference answer (default: referable, label, …)")
        parser.add_argument("--positive", action="append", default=[], help="its value that means disease; repeatable")
        parser.add_argument("--patient", default="", help="column naming the person (default: patient, patient_id, …)")
        parser.add_argument("--where", type=pair, action="append", default=[], metavar="COLUMN=VALUE",
                            help="measure only on these rows; repeatable")  # fmt: skip
        parser.add_argument("--label", default="", help="score of this label alone, in place of the pack's own score")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)

    def cases(self, options: Mapping[str, Any], manifest: pack.Manifest | None) -> Cases:
        """The labelled rows. Raises CommandError."""
        asked = Asked(
            options["image_column"], options["truth"], tuple(options["positive"]), options["patient"],
            tuple(options["where"]),
        )  # fmt: skip
        labels, positive = (manifest.output.labels, manifest.output.positive) if manifest else ((), ())
        if options["label"] and manifest and options["label"] not in labels:
            raise CommandError(f"The pack has no label {options['label']!r}. It has: {', '.join(labels)}.")
        try:
            return read(options["labels"], asked, labels, positive)
        except SetRefused as refused:
            raise CommandError(refused.message) from refused

    def looks(self, names: Sequence[str], options: Mapping[str, Any], of: pack.Pack | None) -> list[Look]:
        """Every picture looked at once, with a progress bar."""
        files = [options["images"] / name for name in names]
        with tqdm(total=len(files), unit="picture", file=sys.stderr, disable=options["verbosity"] == 0) as bar:
            return look(files, open_picture, of, options["label"], jobs=max(1, options["jobs"]), progress=bar.update)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a report; each is whole or absent."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        beside = folder / f"{name}.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(folder / name)


def as_json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
