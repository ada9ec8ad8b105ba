"""Assess a folder of pictures: no web server, no queue, nothing stored."""

from __future__ import annotations

import csv
import json
import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from inference.pack import PackError
from screening.models import Programme
from screening.protocol.assess_folder import COLUMNS, Assessed, Bench, assess_files, files_under


class Command(BaseCommand):
    help = (
        "Assess every JPEG, PNG and DICOM under DIR with a programme's models and thresholds, one row per file. "
        "Single files that are refused have their reason in the row; the exit code is 0 all the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="DIR", help="folders or files; - reads a list")
        parser.add_argument("--programme", required=True, help="code of the programme, for example diabetic-eye")
        parser.add_argument("--out", type=Path, help="results file; without it, standard output")
        parser.add_argument("--json", action="store_true", help="one JSON object per line instead of CSV")
        parser.add_argument(
            "--capture-class",
            default="",
            help="how pictures that are not DICOM were taken; without it they are scored, and no threshold judges them",
        )
        parser.add_argument(
            "--unsigned",
            action="store_true",
            help="judge by the packs' own operating points, which nobody signed here: research only",
        )
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        bench = self.bench(options["programme"], options["capture_class"], options["unsigned"])
        files = self.files(options["paths"])
        if not files:
            raise CommandError("There is no JPEG, PNG or DICOM file there.")
        with tqdm(total=len(files), unit="file", file=sys.stderr, disable=None) as bar:
            rows = assess_files(bench, files, jobs=max(1, options["jobs"]), progress=bar.update)
            counts = self.write(rows, options["out"], as_json=options["json"])
        summary = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        self.stderr.write(f"{len(files)} files: {summary}.")

    def bench(self, code: str, capture_class: str, unsigned: bool) -> Bench:
        programme = Programme.objects.filter(code=code).first()
        if programme is None:
            known = ", ".join(Programme.objects.values_list("code", flat=True)) or "none; run: manage.py prepare"
            raise CommandError(f"There is no programme {code!r}. Programmes: {known}.")
        classes = programme.kind.class_codes
        if capture_class and capture_class not in classes:
            raise CommandError(f"--capture-class is one of: {', '.join(classes)}.")
        try:
            return Bench.of(programme, capture_class, unsigned=unsigned)
        except (LookupError, PackError) as error:
            raise CommandError(f"{error} Run: manage.py prepare") from None

    def files(self, paths: list[Path]) -> list[Path]:
        listed = [p for p in paths if str(p) != "-"]
        for path in listed:
            if not path.exists():
                raise CommandError(f"{path} does not exist.")
        if len(listed) < len(paths) or not paths:
            listed += [Path(line.strip()) for line in sys.stdin if line.strip()]
        return list(files_under(listed))

    def write(self, rows: Iterable[Assessed], out: Path | None, *, as_json: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        # Written beside and renamed at the end: a results file is whole or absent.
        beside = out.with_name(out.name + ".part") if out else None
        with beside.open("w", newline="", encoding="utf-8") if beside else nullcontext(sys.stdout) as file:
            put = self.writer(file, as_json=as_json)
            for row in rows:
                counts[row.status] += 1
                put(asdict(row))
        if beside and out:
            beside.replace(out)
        return counts

    def writer(self, file: IO[str], *, as_json: bool) -> Any:
        if as_json:
            return lambda row: file.write(json.dumps(row, ensure_ascii=False) + "\n")
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        return table.writerow
