"""Model packs on the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference import pack
from inference.exam import examine
from inference.models import ModelVersion
from inference.registry import ExamFailed, install


class Command(BaseCommand):
    help = "Verify, examine, install or list model packs. A pack that fails is refused, and nothing is left behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb in ("verify", "exam", "install"):
            verbs.add_parser(verb).add_argument("folder", type=Path, nargs="+")
        verbs.add_parser("list")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "list":
            for version in ModelVersion.objects.all():
                self.stdout.write(f"{version.sha256[:12]}  {version.modality:8} {version.purpose:8} {version}")
            return
        for folder in options["folder"]:
            try:
                getattr(self, f"do_{verb}")(folder)
            except (pack.PackError, ExamFailed) as error:
                raise CommandError(str(error)) from None

    def do_verify(self, folder: Path) -> None:
        found = pack.load(folder)
        self.stdout.write(f"{found.manifest.name} {found.manifest.version}: whole, {found.sha256}")

    def do_exam(self, folder: Path) -> None:
        report = examine(pack.load(folder))
        if not report.passed:
            raise ExamFailed(str(folder), list(report.problems))
        self.stdout.write(f"{folder}: passed, {report.median_ms:.0f} ms per image here")

    def do_install(self, folder: Path) -> None:
        version, new = install(folder)
        self.stdout.write(f"{version}: {'installed' if new else 'was already installed'}")
