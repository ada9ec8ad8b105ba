"""Measure what a published pack still lacks, and write it in: usual photos, compression floor, test of the heat map."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from inference import pack
from inference.admission import explain
from inference.evaluation.looks import Unreadable
from inference.pack.reseal import reseal
from inference.thresholds.evidence import LEAST_MAPS
from inference.training import config, plan
from screening.management.commands.learn_reference import SUFFIXES
from screening.management.labelled import open_picture

HEAT_PICTURES = 24


class Command(BaseCommand):
    """manage.py finish_pack fundus-dr --data FOLDER"""

    help = (
        "Learn a published pack's reference, certify its compression floor and test its heat map, as its training plan "
        "says under [finish]. The golden scores stay; the pack gets a new hash."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help="name of a plan in inference/training/packs")
        parser.add_argument("--data", type=Path, help="folder of the public data sets")
        parser.add_argument("--packs", type=Path, help="folder the pack was published into")
        parser.add_argument("--jobs", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wanted = plan.read(plan.FOLDER / f"{options['pack']}.toml").finish
            folder = (options["packs"] or plan.PACKS) / options["pack"]
            found = pack.load(folder)
        except (FileNotFoundError, pack.PackError) as error:
            raise CommandError(str(error)) from error
        finish = Finish(self, folder, options["data"] or config.DATA, wanted, options)
        for step in (finish.reference, finish.heat_map, finish.compression):
            step()
        self.stdout.write(f"{found.manifest.name}: finished, the pack is now {pack.load(folder).sha256}")


class Finish:
    """The steps over one pack. A step that its plan does not name, or that proves nothing, is said and left out."""

    def __init__(
        self, command: BaseCommand, folder: Path, data: Path, wanted: dict[str, Any], options: dict[str, Any]
    ) -> None:
        self.command, self.folder, self.data, self.wanted, self.options = command, folder, data, wanted, options

    def say(self, words: str) -> None:
        self.command.stdout.write(words)

    def reference(self) -> None:
        if "reference" in self.wanted:
            self._call("learn_reference", "--images", str(self.data / self.wanted["reference"]),
                       "--data", self.wanted["reference_data"])  # fmt: skip

    def compression(self) -> None:
        wanted = self.wanted
        if "folders" in wanted:
            with TemporaryDirectory() as place:
                return self._certify(self._by_folder(Path(place)), self.data)
        if "labels" not in wanted:
            return self.say("No compression floor: the plan names no labelled pictures.")
        table = self.data / wanted["labels"]
        self._certify(table, table.parent)

    def _by_folder(self, place: Path) -> Path:
        """A table of labels for a set whose folders say what their pictures show: answer -> folders."""
        table = place / "labels.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["image", "label"])
            for answer, folders in self.wanted["folders"].items():
                files = [path for folder in folders for path in sorted((self.data / folder).rglob("*"))]
                rows.writerows([path.relative_to(self.data), answer] for path in files if path.suffix in SUFFIXES)
        return table

    def _certify(self, table: Path, images: Path) -> None:
        wanted = self.wanted
        words = ["--labels", str(table), "--images", str(images), "--data", wanted["data"], "--jobs",
                 str(self.options["jobs"]), *(["--most", str(wanted["most"])] if "most" in wanted else [])]  # fmt: skip
        for option in ("where", "positive"):
            words += [word for value in wanted.get(option, []) for word in (f"--{option}", value)]
        self._call("certify_compression", *words, *(["--truth", wanted["truth"]] if "truth" in wanted else []))

    def heat_map(self) -> None:
        found = pack.load(self.folder)
        if found.manifest.cam is None or "reference" not in self.wanted:
            return
        tested = explain.sanity(found, self._pictures(self.data / self.wanted["reference"]))
        if tested.passed is None:
            seen = f"only {tested.pictures} of {tested.pictures + tested.without} pictures have heat"
            return self.say(f"Heat map: not judged, {seen}; {LEAST_MAPS} are needed.")
        told = {**explain.written(tested), "data": self.wanted["reference_data"]}
        reseal(found, {"heat_map": told}, self.folder)
        self.say(f"Heat map: correlation {tested.alike:.2f} with shuffled weights on {tested.pictures} pictures "
                 f"({tested.without} more had no heat), {'passed' if tested.passed else 'failed'}.")  # fmt: skip

    def _pictures(self, folder: Path) -> list[npt.NDArray[np.uint8]]:
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        rows = np.unique(np.linspace(0, max(0, len(files) - 1), min(HEAT_PICTURES, len(files))).round().astype(int))
        seen = []
        for row in rows.tolist():
            try:
                seen.append(open_picture(files[row]))
            except Unreadable:
                continue
        return seen

    def _call(self, name: str, *words: str) -> None:
        """One of the other commands; where it refuses, its sentence is said and the pack stays as it was."""
        try:
            call_command(name, str(self.folder), *words, "--out", str(self.folder), "-v0",
                         stdout=self.command.stdout)  # fmt: skip
        except CommandError as refused:
            self.say(f"{name}: {refused}")
