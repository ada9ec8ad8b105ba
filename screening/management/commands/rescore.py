"""Score stored pictures again and compare: the installation still gives what it gave."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from screening.models import Programme
from screening.protocol import rescore


class Command(BaseCommand):
    help = (
        "With --check: score the newest stored pictures again; every score must agree within 1e-4 and every decision "
        "be the same, else the exit code is 1. With --trial: queue what a model on trial has not scored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true")
        what.add_argument("--trial", action="store_true")
        parser.add_argument("--programme", default="", help="code of a programme; without it, all")
        parser.add_argument("--limit", type=int, default=100, help="how many pictures to check")

    def handle(self, *args: Any, check: bool, programme: str, limit: int, **options: Any) -> None:
        chosen = list(Programme.objects.filter(code=programme) if programme else Programme.objects.all())
        if not chosen:
            raise CommandError(f"There is no programme {programme!r}.")
        if check:
            self.check_again(chosen[0] if programme else None, limit)
        else:
            self.queue_trial(chosen)

    def check_again(self, programme: Programme | None, limit: int) -> None:
        images = rescore.stored(programme, limit)
        if not images:
            raise CommandError("No stored picture has been scored by the models in force.")
        checked = rescore.check(images)
        seen = [again for again in tqdm(checked, total=len(images), unit="picture", file=sys.stderr, disable=None)]
        bad = [f"picture {again.image}: {again.problem}" for again in seen if again.problem]
        bad += rescore.decisions(images, seen)
        for line in bad:
            self.stdout.write(line)
        gap = max(again.gap for again in seen)
        visits = len({image.encounter_id for image in images})
        self.stdout.write(f"{len(seen)} pictures of {visits} visits scored again: largest difference {gap:.2g}, "
                          f"{len(bad)} not the same.")  # fmt: skip
        if bad:
            raise CommandError("Not every score and decision is reproduced.")

    def queue_trial(self, programmes: list[Programme]) -> None:
        for programme in programmes:
            for purpose in ("gate", "finding"):
                if version := programme.shadow(purpose):
                    queued = rescore.queue_missing(programme, version, aside=True)
                    self.stdout.write(f"{programme.code}: {queued} pictures queued for {version}.")
