"""Measure a published pack again and write its card anew, without training and without torch."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.pack import PackError
from inference.training import config, plan, report
from inference.training.reissue import reissue


class Command(BaseCommand):
    """manage.py issue_card fundus-dr --data FOLDER"""

    help = (
        "Measure a published pack again through its own file, on the pictures its training plan names, and write its "
        "card anew. Model, thresholds and golden scores stay; the pack gets a new hash."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help="name of a plan in inference/training/packs")
        parser.add_argument("--data", type=Path, help="folder of the public data sets")
        parser.add_argument("--work", type=Path, help="folder for prepared pictures")
        parser.add_argument("--packs", type=Path, help="folder the pack was published into")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wanted = plan.read(plan.FOLDER / f"{options['pack']}.toml")
            folders = (options["data"] or config.DATA, options["work"] or config.WORK, options["packs"] or plan.PACKS)
            made = reissue(wanted, *folders)
        except (FileNotFoundError, PackError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(report.lines(*made)))
