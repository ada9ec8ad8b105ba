"""Train a bundled model pack from its plan, publish it under packs/ and finish it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.pack import PackError


class Command(BaseCommand):
    """manage.py train_pack fundus-dr --data FOLDER"""

    help = "Train a bundled model pack (resuming where it stopped), measure it, publish and finish it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The pack's name and the three folders."""
        parser.add_argument("pack")
        parser.add_argument("--data", type=Path, help="folder of the public data sets")
        parser.add_argument("--work", type=Path, help="folder for prepared pictures and unfinished runs")
        parser.add_argument("--packs", type=Path, help="folder to publish into")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, publish, print the figures, and measure what a pack carries beside its network."""
        try:
            # torch is an extra: without it the command must say so, not break the whole list of commands.
            doors = import_module("inference.training.doors")
        except ModuleNotFoundError as missing:
            raise CommandError(f"{missing.name} is missing: pip install -r requirements-train.txt") from missing
        try:
            lines = doors.train_and_publish(options["pack"], options["data"], options["work"], options["packs"])
        except (PackError, FileNotFoundError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(lines))
        call_command("finish_pack", options["pack"], data=options["data"], packs=options["packs"], stdout=self.stdout)
