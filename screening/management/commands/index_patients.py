"""Index patients for the search, where `prepare` has not done so."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from screening.patients.index import reindex_all


class Command(BaseCommand):
    help = "Index for the search whoever is not yet; --all everybody, after the sealing key was changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="everybody, even those who are indexed")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reindex_all(everybody=options['all'])} patients indexed for the search.")
