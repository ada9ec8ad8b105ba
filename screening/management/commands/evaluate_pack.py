"""Measure any model pack on any labelled set of pictures."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import CommandError
from django.utils import timezone

from inference.evaluation import cautions, measure, origin, page
from inference.evaluation.cases import Cases
from inference.evaluation.duplicates import twins
from inference.evaluation.looks import Look
from inference.evaluation.sheet import SetRefused
from inference.pack import Pack
from inference.statistics import Values
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


class Command(LabelledCommand):
    """manage.py evaluate_pack PACK --labels labels.csv --images FOLDER --out report/"""

    help = (
        "Measure a model pack on a labelled set: discrimination, the operating point, calibration, usefulness, "
        "subgroups, what is wrong with the set. Writes evaluation.html (opens anywhere), evaluation.json, scores.csv."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help=PACK_HELP)
        self.add_set(parser)
        self.add_gate(parser)
        parser.add_argument("--out", type=Path, required=True, help="folder for the report")
        parser.add_argument("--external", action="store_true", help="from a source the pack never saw")
        parser.add_argument("--capture-class", default="", help="whose operating point to judge (default: the first)")
        parser.add_argument("--threshold", type=float, help="judge this threshold in place of the pack's own")
        parser.add_argument(
            "--prevalence", type=float, action="append", help="share ill among the screened; repeatable"
        )
        parser.add_argument("--by", action="append", default=[],
                            help="column to part the set by (default: all that do not tell the answer)")  # fmt: skip
        parser.add_argument("--source", action="append", default=[], help="column that must not tell the answer")
        parser.add_argument("--split", default="", help="column of train, test …, for near copies")
        parser.add_argument("--data", default="", help="name of the set, for the report")

    def handle(self, *args: Any, **options: Any) -> None:
        found = find_pack(options["pack"], self)
        gate = self.gate(options, found)
        _check_threshold(found, options)
        cases = self.cases(options, found.manifest)
        for name in (*options["by"], *options["source"], *([options["split"]] if options["split"] else [])):
            if name not in cases.columns:
                raise CommandError(f"The table has no column {name!r}.")
        try:
            measure.check_classes(cases.positive, cases.left_out)
            looks = self.looks(cases.names.tolist(), options, found, gate)
            gated = gate_report(gate, cases, looks) if gate else None
            kept, kept_looks, scores = measure.scored(cases, looks)
        except SetRefused as refused:
            raise CommandError(refused.message) from refused
        evaluation = self.evaluation(found, kept, kept_looks, scores, options)
        evaluation["gate"] = gated
        evaluation["copies"] = self.copies(cases, looks, options)
        evaluation["failures"] = {str(n): one.problem for n, one in zip(cases.names, looks, strict=True) if one.problem}
        if gated:
            gated["pictures_turned_down"] = {
                str(n): one.turned_down for n, one in zip(cases.names, looks, strict=True) if one.turned_down
            }
        report = {
            "evaluation.json": as_json(evaluation), "evaluation.html": page.render(evaluation),
            "scores.csv": _scores(kept, scores),
        }  # fmt: skip
        write(options["out"], report)
        self.say(evaluation, options["out"])

    def evaluation(
        self, found: Pack, cases: Cases, looks: Sequence[Look], scores: Values, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        manifest = found.manifest
        plan = measure.Plan(
            self.threshold(found, options), _prevalences(options["prevalence"]), tuple(options["by"]),
            tuple(options["source"]), calibrated=manifest.output.activation != "none",
        )  # fmt: skip
        made = {
            "name": manifest.name, "version": manifest.version, "title": manifest.title, "sha256": found.sha256,
            "label": options["label"] or None,
        }  # fmt: skip
        training = is_training(cases, options)
        evaluation = {
            "pack": made, "data": set_name(options, training), "where": [f"{k}={v}" for k, v in options["where"]],
            "external": options["external"], "made_on": timezone.localdate().isoformat(),
            **measure.measure(cases, looks, scores, plan),
        }  # fmt: skip
        evaluation["set"] |= origin.told(cases, options["where"], training)
        return evaluation

    def threshold(self, found: Pack, options: Mapping[str, Any]) -> float | None:
        if options["threshold"] is not None or options["label"]:
            return options["threshold"]  # type: ignore[no-any-return]
        wanted = options["capture_class"]
        points = [
            point for point in found.manifest.raw.get("operating_points", [])
            if not wanted or point["capture_class"] == wanted
        ]  # fmt: skip
        return float(points[0]["threshold"]) if points else None

    def copies(self, cases: Cases, looks: Sequence[Look], options: Mapping[str, Any]) -> dict[str, Any]:
        """Near copies in the whole table, where a split is named; else among the pictures measured on."""
        image, everyone = cases.image_column, cases.columns
        if options["split"] and len(cases.everyone[image]) > len(cases):
            everyone = cases.everyone
            known = dict(zip(cases.names.tolist(), looks, strict=True))
            rest = [name for name in everyone[image].tolist() if name not in known]
            known |= zip(rest, self.looks(rest, options, None), strict=True)
            looks = [known[name] for name in everyone[image].tolist()]
        return measure.copies(twins(looks), everyone, image, options["split"], cases)

    def say(self, evaluation: Mapping[str, Any], out: Path) -> None:
        area, at = evaluation["auc"], evaluation["operating_point"]
        self.say_set(evaluation["set"], evaluation["set"]["left_out"], evaluation["gate"])
        self.stdout.write(f"AUC {area['value']:.3f} ({area['low']:.3f} to {area['high']:.3f})")
        if at:
            for name in ("sensitivity", "specificity"):
                rate = at[name]
                self.stdout.write(
                    f"{name} {rate['value']:.3f} ({rate['exact'][0]:.3f} to {rate['exact'][1]:.3f}, exact)"
                )
        for line in cautions.of_evaluation(evaluation):
            self.stdout.write(self.style.WARNING(line))
        for gap in evaluation["gaps"]:
            words = "gap: {column} {value}: {figure} {here:.3f}, elsewhere {elsewhere:.3f}, p {p:.4f}"
            self.stdout.write(self.style.WARNING(words.format(**gap)))
        for figure, small in page.untested(evaluation["subgroups"]):
            shown = "; ".join(small[:6]) + (f" and {len(small) - 6} more" if len(small) > 6 else "")
            self.stdout.write(f"{figure} was not compared, too few: {shown}")
        self.stdout.write(f"Report: {out / 'evaluation.html'}")


def _check_threshold(found: Pack, options: Mapping[str, Any]) -> None:
    """A score lies between 0 and 1; one label's own value may be a measurement."""
    threshold = options["threshold"]
    measured = options["label"] and found.manifest.output.activation == "none"
    if threshold is not None and not (np.isfinite(threshold) if measured else 0 <= threshold <= 1):
        raise CommandError("--threshold lies between 0 and 1, as the scores do.")


def _prevalences(asked: list[float] | None) -> tuple[float, ...]:
    chosen = tuple(asked or (0.01, 0.05, 0.1))
    if not all(0 < one < 1 for one in chosen):
        raise CommandError("--prevalence lies between 0 and 1.")
    return chosen


def _scores(cases: Cases, scores: Values) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["image", "patient", "positive", "score"])
    rows = zip(cases.names, cases.patient, cases.positive, np.asarray(scores), strict=True)
    table.writerows([name, patient, int(ill), repr(float(score))] for name, patient, ill, score in rows)
    return out.getvalue()
