"""Test whether a pack's heat map explains anything."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.core.management.base import CommandError

from inference import pack
from inference.admission.explain import MOST_ALIKE, Sanity, sanity
from inference.evaluation.looks import Unreadable
from inference.thresholds.evidence import LEAST_MAPS, judged
from screening.management.commands.learn_reference import SUFFIXES
from screening.management.labelled import PACK_HELP, LabelledCommand, find_pack, open_picture
from screening.rules import MODALITIES

VERDICTS = {True: "passed", False: "failed", None: "not judged"}


class Command(LabelledCommand):
    """manage.py explain_pack PACK [--images FOLDER]"""

    help = (
        "Test a pack's heat map: it must change when the weights are shuffled (rank correlation under "
        f"{MOST_ALIKE:g}), and it should lie on the retina or the lungs. Exit code 1 where it does not change, or "
        f"where fewer than {LEAST_MAPS} pictures of a given folder have heat: too few to tell."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", nargs="*", help=f"{PACK_HELP}, or a zip file (default: every bundled pack)")
        parser.add_argument("--images", type=Path, help="folder of photos (default: the pack's golden pictures)")
        parser.add_argument("--most", type=int, default=24, help="look at so many photos, evenly from the folder")

    def handle(self, *args: Any, **options: Any) -> None:
        bundled = sorted(settings.FIELDLIGHT_BUNDLED_PACKS.glob("*/manifest.json"))
        failed, unknown = [], []
        for name in options["pack"] or [str(path.parent) for path in bundled]:
            found = find_pack(name, self)
            try:
                passed = self.one(found, options["images"], options["most"])
            except pack.PackError as error:
                raise CommandError(f"{found.manifest.name}: {error.message}") from error
            if passed is None and options["images"]:
                unknown.append(found.manifest.name)
            if passed is False:
                failed.append(found.manifest.name)
        if failed:
            raise CommandError(f"The heat map explains nothing: {', '.join(failed)}.")
        if unknown:
            raise CommandError(f"Too few pictures to judge {', '.join(unknown)}: give at least {LEAST_MAPS} with heat.")

    def one(self, found: pack.Pack, images: Path | None, most: int) -> bool | None:
        """Whether the map passed; None where that could not be told. What was seen is printed either way."""
        name, manifest = found.manifest.name, found.manifest
        if manifest.cam is None or manifest.input.colour == "PLANES":
            why = "no heat map" if manifest.cam is None else "not tested: its pictures have many planes"
            self.stdout.write(f"{name}: {why}")
            return True if manifest.cam is None else None
        seen = self.folder(images, most) if images else [found.golden(case) for case in manifest.exam.cases]
        result = sanity(found, seen)
        self.stdout.write(f"{name}: {_said(result, _organ(manifest.modality))}")
        if result.passed is None:
            self.stdout.write(f"  Too few to tell: {LEAST_MAPS} pictures with heat are needed. {_makers(manifest)}")
        return result.passed

    def folder(self, folder: Path, most: int) -> list[npt.NDArray[np.uint8]]:
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        if not files:
            raise CommandError(f"There is no JPEG, PNG or DICOM file in {folder}.")
        chosen = np.unique(np.linspace(0, len(files) - 1, max(1, min(most, len(files)))).round().astype(int))
        seen = []
        for row in chosen.tolist():
            try:
                seen.append(open_picture(files[row]))
            except Unreadable as error:
                self.stderr.write(f"{files[row].name} is left out: {error}")
        return seen


def _organ(modality: str) -> str:
    declared = MODALITIES.get(modality)
    return declared.organ if declared else "organ"


def _said(result: Sanity, organ: str) -> str:
    told = f"{result.pictures} pictures{f'; {result.without} more had no heat' if result.without else ''}"
    if result.alike is None:
        return f"{VERDICTS[result.passed]} ({told})"
    share = "" if result.on_organ is None else f", {100 * result.on_organ:.0f} % of the heat on the {organ} (median)"
    return f"correlation with shuffled weights {result.alike:.2f} ({VERDICTS[result.passed]}, {told}){share}"


def _makers(manifest: pack.Manifest) -> str:
    """What its makers found on pictures of their own, where the manifest says so."""
    written = manifest.raw.get("heat_map")
    if not written:
        return "Give a folder of photos with --images."
    test = judged(written)
    return f"Its makers' own test: {test['alike']:.2f} on {test['pictures']} pictures, {VERDICTS[test['passed']]}."
