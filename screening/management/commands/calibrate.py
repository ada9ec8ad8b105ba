"""Propose a threshold for a target sensitivity, with everything it would mean for a programme."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import CommandError
from django.utils import timezone

from inference import stratum, thresholds
from inference.calibration import TooFewPositives, Values
from inference.evaluation import threshold_page
from inference.evaluation.cases import Cases, SetRefused, one_each
from inference.evaluation.measure import check_classes, scored
from inference.evaluation.proposal import Model, People, Terms, proposed
from inference.evidence import USES
from inference.pack import Pack, PackError
from inference.rounding import floored
from screening.management.labelled import PACK_HELP, LabelledCommand, as_json, find_pack, write

A_YEAR = timedelta(days=365)


class Command(LabelledCommand):
    """manage.py calibrate PACK --labels labels.csv --images FOLDER --target 0.9 --capture-class dicom --out folder/"""

    help = (
        "Propose the threshold whose exact lower bound of sensitivity meets the target, check it on people it was not "
        "set on, and write what every threshold would mean (WHO/TDR outputs). Refuses where too few are ill."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", nargs="?", default="", help=PACK_HELP + "; not needed with --scores")
        self.add_set(parser, images_required=False)
        parser.add_argument("--scores", default="", help="column of scores another software gave, in place of a pack")
        parser.add_argument("--out", type=Path, required=True, help="folder for the proposal")
        parser.add_argument("--target", type=float, required=True, help="sensitivity to prove, for example 0.9")
        parser.add_argument("--confidence", type=float, default=0.95)
        parser.add_argument("--capture-class", default="", help="how the pictures were taken; binds the proposal")
        parser.add_argument("--use", default="screening", choices=USES, help="people without, or with complaints")
        parser.add_argument("--group", default="", help="whom the set stands for, like age=15-39;hiv=positive")
        parser.add_argument("--expires", type=date.fromisoformat, help="last day it holds (default: in a year)")
        parser.add_argument("--owner", default="", help="sign-in name of who answers for it (default: who hands it in)")
        parser.add_argument("--data", default="", help="name of the set, for the evidence")
        parser.add_argument("--strata", default="", help="column of groups that may have a threshold of their own")
        parser.add_argument("--people", type=int, default=1000, help="expected counts are for so many screened")
        parser.add_argument("--prevalence", type=float, help="share ill among those screened (default: as in the set)")
        parser.add_argument("--screen-cost", type=float, default=0.0, help="of screening one person")
        parser.add_argument("--confirm-cost", type=float, default=0.0, help="of one confirmatory test")

    def handle(self, *args: Any, **options: Any) -> None:
        self.refuse_nonsense(options)
        found = None if options["scores"] else find_pack(options["pack"], self)
        cases = self.cases(options, found.manifest if found else None)
        try:
            check_classes(cases.positive)
            cases, scores = self.scores(cases, found, options)
            # Two pictures of one person are no two pieces of evidence.
            rows = one_each(cases.positive, cases.patient)
            report = self.report(found, cases, rows, scores[rows], options)
        except SetRefused as refused:
            raise CommandError(refused.message) from refused
        except TooFewPositives as few:
            raise CommandError(
                f"No threshold is proposed. To prove a sensitivity of {options['target']:g} with "
                f"{options['confidence']:g} confidence {few.needed} people with disease are needed and {few.have} are "
                f"there: {few.missing} are missing."
            ) from few
        table = _table(report["table"])
        page = threshold_page.render(report)
        write(options["out"], {"calibration.json": as_json(report), "thresholds.csv": table, "calibration.html": page})
        self.say(report, options["out"])

    def refuse_nonsense(self, options: Mapping[str, Any]) -> None:
        if bool(options["pack"]) == bool(options["scores"]):
            raise CommandError("Name a pack, or the column of scores with --scores; not both.")
        if options["pack"] and not options["images"]:
            raise CommandError("Say with --images where the pictures are.")
        shares = [options["target"], options["confidence"], *([options["prevalence"]] if options["prevalence"] else [])]
        if not all(0 < one < 1 for one in shares):
            raise CommandError("--target, --confidence and --prevalence lie between 0 and 1.")
        try:
            stratum.parse(options["group"])
        except PackError as error:
            raise CommandError(error.message) from error

    def scores(self, cases: Cases, found: Pack | None, options: Mapping[str, Any]) -> tuple[Cases, Values]:
        """The pack's scores, or those of the table."""
        if found:
            known = found.manifest.capture_classes
            if options["capture_class"] not in known:
                raise CommandError(f"--capture-class is one of the pack's: {', '.join(known)}.")
            kept, _, values = scored(cases, self.looks(cases.names.tolist(), options, found))
            return kept, values
        if options["scores"] not in cases.columns:
            raise CommandError(f"The table has no column {options['scores']!r}.")
        given = cases.columns[options["scores"]]
        told = cases.only(given != "", "no score")
        try:
            values = told.columns[options["scores"]].astype(np.float64)
        except ValueError as error:
            raise CommandError(f"Not every score is a number: {error}.") from error
        check_classes(told.positive)
        return told, values

    def report(
        self, found: Pack | None, cases: Cases, rows: Any, scores: Values, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        column, groups = options["strata"], None
        if column and column not in cases.columns:
            raise CommandError(f"The table has no column {column!r}.")
        if column:
            groups = cases.columns[column][rows]
        people = People(scores, cases.positive[rows], cases.left_out, cases.patient_column, column, groups)
        model = Model(found.manifest.name, found.manifest.version, found.sha256, found.manifest.output.positive) \
            if found else None  # fmt: skip
        return proposed(model, people, _terms(options))

    def say(self, report: Mapping[str, Any], out: Path) -> None:
        point, check = report["operating_point"], report["held_out"]
        self.stdout.write(
            "Proposed threshold {threshold:.6g}: sensitivity {sensitivity:.3f}, at least {bound:.3f} with "
            "{confidence:g} confidence; specificity {specificity:.3f}; {positives} ill, {negatives} well.".format(
                bound=floored(point["sensitivity_lower"], 3), **point
            )
        )
        if check["splits"]:
            self.stdout.write(
                f"On people it was not set on: target kept in {check['kept']} of {check['splits']} splits."
            )
        else:
            self.stdout.write(
                self.style.WARNING(f"Not checked on held-out people: {check['missing']} more ill are needed.")
            )
        for code in (report["strata"] or {}).get("refused", []):
            self.stdout.write(self.style.WARNING(f"Thresholds by group are refused: {threshold_page.REFUSED[code]}"))
        self.stdout.write(f"This is a proposal. It comes into force when a second person signs it. Report: {out}")


def _terms(options: Mapping[str, Any]) -> Terms:
    today = timezone.localdate()
    return Terms(
        options["target"], options["data"] or options["labels"].resolve().parent.name, today,
        options["expires"] or today + A_YEAR, options["confidence"], options["capture_class"], options["use"],
        options["group"], options["owner"], options["label"] or options["scores"],
        thresholds.Setting(
            options["people"], options["prevalence"], options["screen_cost"], options["confirm_cost"]
        ),
    )  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()
