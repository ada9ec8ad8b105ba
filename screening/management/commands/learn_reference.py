"""Learn what usual photos look like for a pack, and write it into the pack."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import CommandError

from inference.assess.novelty import learn, measures
from inference.evaluation.looks import Unreadable
from inference.pack.reseal import reseal
from screening.management.labelled import PACK_HELP, LabelledCommand, find_pack, new_home, open_picture, progress

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".dcm", ".dicom"})


class Command(LabelledCommand):
    """manage.py learn_reference PACK --images FOLDER"""

    help = (
        "Learn from the photos a pack was measured on what usual photos look like, and write it into the pack: from "
        "then on readers are told when a photo is unlike them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help=PACK_HELP)
        parser.add_argument("--images", type=Path, required=True)
        parser.add_argument("--most", type=int, default=2000, help="use so many photos, evenly from the folder")
        parser.add_argument("--data", default="", help="name of the photos, for the manifest")
        parser.add_argument("--out", type=Path, help="write the changed pack here (default: into its own folder)")

    def handle(self, *args: Any, **options: Any) -> None:
        found = find_pack(options["pack"], self)
        home = new_home(found, options["out"])
        files = sorted(path for path in options["images"].rglob("*") if path.suffix.lower() in SUFFIXES)
        rows = np.unique(np.linspace(0, len(files) - 1, min(options["most"], len(files))).round().astype(int))
        seen = []
        for row in progress(rows.tolist(), unit="photo", options=options):
            try:
                seen.append(measures(open_picture(files[row])))
            except Unreadable:
                continue
        try:
            reference = learn(seen)
        except ValueError as error:
            raise CommandError(str(error)) from error
        changed = reseal(found, {"reference": reference.written(options["data"] or options["images"].name)}, home)
        self.stdout.write(f"Learnt from {len(seen)} photos. Written to {home}; the pack is now {changed.sha256[:12]}.")
