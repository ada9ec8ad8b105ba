"""Propose a threshold for a target sensitivity, with everything it would mean for a programme."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import CommandError
from django.utils import timezone

from inference.evaluation import cautions, origin, threshold_page
from inference.evaluation.cases import Cases, one_each
from inference.evaluation.looks import Look
from inference.evaluation.measure import check_classes, scored, telling_by
from inference.evaluation.proposal import Model, People, Terms, proposed
from inference.evaluation.sheet import SetRefused, numbers
from inference.pack import Pack, PackError
from inference.rounding import floored
from inference.statistics import Values
from inference.thresholds import stratum, tables
from inference.thresholds.calibration import TooFewPositives
from inference.thresholds.evidence import USES
from screening.management.labelled import (
    PACK_HELP,
    LabelledCommand,
    as_json,
    find_pack,
    gate_report,
    is_training,
    set_name,
    write,
)

A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Measured:
    """Cases with their scores; how their pictures look, and what the gate turned down, where there are pictures."""

    cases: Cases
    looks: Sequence[Look] | None
    scores: Values
    gate: Mapping[str, Any] | None


class Command(LabelledCommand):
    """manage.py calibrate PACK --labels labels.csv --images FOLDER --target 0.9 --capture-class dicom --out folder/"""

    help = (
        "Propose the threshold whose exact lower bound of sensitivity meets the target, check it on people it was not "
        "set on, and write what every threshold would mean (WHO/TDR outputs). Refuses where too few are ill."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", nargs="?", default="", help=PACK_HELP + "; not needed with --scores")
        self.add_set(parser, images_required=False)
        self.add_gate(parser)
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
        gate = self.gate(options, found)
        cases = self.cases(options, found.manifest if found else None)
        try:
            check_classes(cases.positive, cases.left_out)
            measured = self.measured(cases, found, gate, options)
            report = self.report(found, measured, options)
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
        asked = [options[name] for name in ("target", "confidence", "prevalence") if options[name] is not None]
        if not all(0 < one < 1 for one in asked):
            raise CommandError("--target, --confidence and --prevalence lie between 0 and 1.")
        if options["people"] < 1:
            raise CommandError("--people is how many are screened: 1 or more.")
        if not all(0 <= options[name] < np.inf for name in ("screen_cost", "confirm_cost")):
            raise CommandError("--screen-cost and --confirm-cost are amounts of money: 0 or more.")
        if options["expires"] and options["expires"] < timezone.localdate():
            raise CommandError("--expires lies in the past.")
        try:
            stratum.parse(options["group"])
        except PackError as error:
            raise CommandError(error.message) from error

    def measured(self, cases: Cases, found: Pack | None, gate: Pack | None, options: Mapping[str, Any]) -> Measured:
        """The pack's scores, or those of the table."""
        if found is None:
            told, values = _given(cases, options["scores"])
            return Measured(told, None, values, None)
        known = found.manifest.capture_classes
        if options["capture_class"] not in known:
            raise CommandError(f"--capture-class is one of the pack's: {', '.join(known)}.")
        looks = self.looks(cases.names.tolist(), options, found, gate)
        gated = gate_report(gate, cases, looks) if gate else None
        return Measured(*scored(cases, looks), gated)

    def report(self, found: Pack | None, measured: Measured, options: Mapping[str, Any]) -> dict[str, Any]:
        cases, column, groups = measured.cases, options["strata"], None
        # Two pictures of one person are no two pieces of evidence.
        rows = one_each(cases.positive, cases.patient)
        if column and column not in cases.columns:
            raise CommandError(f"The table has no column {column!r}.")
        if column:
            groups = cases.columns[column][rows]
        training = is_training(cases, options)
        people = People(
            measured.scores[rows], cases.positive[rows], cases.left_out, cases.patient_column, column, groups,
            origin.told(cases, options["where"], training, rows),
        )  # fmt: skip
        model = Model(found.manifest.name, found.manifest.version, found.sha256, found.manifest.output.positive) \
            if found else None  # fmt: skip
        return {
            **proposed(model, people, _terms(options, training)), "gate": measured.gate,
            "shortcuts": telling_by(cases, measured.looks),
        }  # fmt: skip

    def say(self, report: Mapping[str, Any], out: Path) -> None:
        point, check = report["operating_point"], report["held_out"]
        self.stdout.write(f"Set: {point['data']}")
        self.say_set(report["set"], report["set"]["left_out"], report["gate"])
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
        for line in cautions.of_proposal(report):
            self.stdout.write(self.style.WARNING(line))
        for code in (report["strata"] or {}).get("refused", []):
            self.stdout.write(self.style.WARNING(f"Thresholds by group are refused: {threshold_page.REFUSED[code]}"))
        self.stdout.write(f"This is a proposal. It comes into force when a second person signs it. Report: {out}")


def _given(cases: Cases, column: str) -> tuple[Cases, Values]:
    """The scores another software gave."""
    if column not in cases.columns:
        raise CommandError(f"The table has no column {column!r}.")
    told = cases.only(cases.columns[column] != "", "no score")
    check_classes(told.positive, told.left_out)
    return told, numbers(told.columns[column], told.lines, column)


def _terms(options: Mapping[str, Any], training: bool) -> Terms:
    today = timezone.localdate()
    return Terms(
        options["target"], set_name(options, training), today,
        options["expires"] or today + A_YEAR, options["confidence"], options["capture_class"], options["use"],
        options["group"], options["owner"], options["label"] or options["scores"],
        tables.Setting(
            options["people"], options["prevalence"], options["screen_cost"], options["confirm_cost"]
        ),
    )  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()
