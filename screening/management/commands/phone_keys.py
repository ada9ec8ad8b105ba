"""The keys phones seal for: list them, make a new one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from screening.models import SealedItem
from screening.offline import phone_keys


class Command(BaseCommand):
    help = (
        "List the keys phones seal for; --new makes a new current one. Old keys stay and go on opening what was sealed "
        "for them: keep the folder in your backup."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new", action="store_true", help="make a new key, which phones take at their next pull")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new"]:
            phone_keys.make()
        keys = phone_keys.keys()
        for key in keys:
            used = SealedItem.objects.filter(key=key.id).count()
            mark = "current" if key is keys[-1] else "opens only"
            self.stdout.write(f"{key.id}  {mark:10}  {used} items  {phone_keys.folder() / key.number}.pem")
