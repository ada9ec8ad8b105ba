"""Test whether a pack's heat map explains anything."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inference import pack
from inference.explain import MOST_ALIKE, sanity

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


class Command(BaseCommand):
    """manage.py explain_pack PACK [--images FOLDER]"""

    help = (
        "Test a pack's heat map: it must change when the weights are shuffled (rank correlation under "
        f"{MOST_ALIKE:g}), and it should lie on the retina or the lungs. Exit code 1 where it does not change."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", nargs="*", help="folder or name of a bundled pack (default: every bundled pack)")
        parser.add_argument("--images", type=Path, help="folder of photos (default: the pack's golden pictures)")
        parser.add_argument("--most", type=int, default=24, help="look at so many photos, evenly from the folder")

    def handle(self, *args: Any, **options: Any) -> None:
        bundled = settings.FIELDLIGHT_BUNDLED_PACKS
        names = options["pack"] or [path.parent.name for path in sorted(bundled.glob("*/manifest.json"))]
        failed = []
        for name in names:
            try:
                found = pack.load(Path(name) if Path(name).is_dir() else bundled / name)
                passed = self.one(found, options["images"], options["most"])
            except pack.PackError as error:
                raise CommandError(error.message) from error
            if not passed:
                failed.append(found.manifest.name)
        if failed:
            raise CommandError(f"The heat map explains nothing: {', '.join(failed)}.")

    def one(self, found: pack.Pack, images: Path | None, most: int) -> bool:
        if found.manifest.cam is None:
            self.stdout.write(f"{found.manifest.name}: no heat map")
            return True
        result = sanity(found, _folder(images, most) if images else golden(found))
        organ = {"fundus": "retina", "chest": "lungs"}.get(found.manifest.modality, "organ")
        share = (
            "" if result.on_organ is None else f", {100 * result.on_organ:.0f} % of the heat on the {organ} (median)"
        )
        self.stdout.write(
            f"{found.manifest.name}: correlation with shuffled weights {result.alike:.2f} "
            f"({'passed' if result.passed else 'failed'}, {result.pictures} pictures){share}"
        )
        return result.passed


def golden(found: pack.Pack) -> list[npt.NDArray[np.uint8]]:
    """The pictures of a pack's own exam, RGB."""
    return [_rgb(found.read(case.picture)) for case in found.manifest.exam.cases]


def _folder(folder: Path, most: int) -> list[npt.NDArray[np.uint8]]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        raise CommandError(f"There is no JPEG or PNG in {folder}.")
    chosen = np.unique(np.linspace(0, len(files) - 1, min(most, len(files))).round().astype(int))
    return [_rgb(files[row].read_bytes()) for row in chosen]


def _rgb(data: bytes) -> npt.NDArray[np.uint8]:
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise CommandError("A picture does not decode.")
    return np.ascontiguousarray(bgr[:, :, ::-1], dtype=np.uint8)
