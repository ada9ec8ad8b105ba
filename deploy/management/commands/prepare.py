"""Bring an installation up to date without starting it."""

from typing import Any

from django.core.management.base import BaseCommand

from deploy.prepare import prepare, warn


class Command(BaseCommand):
    help = "Prepare database, pages, model packs and programmes. Safe to run again at any time."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        prepare(self.stdout.write)
        warn(self.stdout.write)
        self.stdout.write("Ready.")
