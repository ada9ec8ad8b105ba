"""Everything the evaluation of one pack on one set says, as plain JSON values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.evaluation import curves, rates
from inference.evaluation.cases import Cases
from inference.evaluation.duplicates import Twin
from inference.evaluation.looks import Look
from inference.evaluation.sheet import SetRefused
from inference.evaluation.shortcuts import FILE_KIND, SOURCES, shortcuts
from inference.evaluation.subgroups import Gap, Group, Test, compared, groups, not_tested, tells_answer, worse
from inference.statistics import Names, Truth, Values
from inference.statistics.areas import Area, area
from inference.statistics.shares import Share

LEAST_EACH = 2
CURVE_POINTS = 200
RISKS = np.arange(0.01, 1.0, 0.01)


@dataclass(frozen=True)
class Plan:
    """What to measure. `threshold` None: no operating point. `sources`: columns that must not tell the answer."""

    threshold: float | None
    prevalences: tuple[float, ...] = ()
    by: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    calibrated: bool = True


def scored(cases: Cases, looks: Sequence[Look]) -> tuple[Cases, list[Look], Values]:
    """The cases that have a score, and that the gate, if one was asked, does not hand to a person.

    Raises SetRefused("nothing_scored", "one_class")."""
    usable = np.array([not look.problem for look in looks], np.bool_)
    left = cases.only(usable, "pictures that could not be scored")
    if not len(left):
        raise SetRefused("nothing_scored", f"No picture could be scored: {looks[0].problem}")
    kept = [look for look in looks if not look.problem]
    left = left.only(np.array([not look.turned_down for look in kept], np.bool_), "turned down by the quality gate")
    kept = [look for look in kept if not look.turned_down]
    check_classes(left.positive, left.left_out)
    return left, kept, np.array([look.score for look in kept], np.float64)


def check_classes(positive: Truth, left_out: Mapping[str, int] | None = None) -> None:
    """Both answers must be there, else neither an area nor a rate pair has a meaning. Raises SetRefused, saying what
    was left out."""
    ill, well = int(positive.sum()), int((~positive).sum())
    if min(ill, well) < LEAST_EACH:
        gone = "; ".join(f"{why}: {count}" for why, count in (left_out or {}).items())
        raise SetRefused(
            "one_class",
            f"{ill} pictures with disease and {well} without: {LEAST_EACH} of each are needed for any figure here."
            + (f" Left out: {gone}." if gone else ""),
        )


def measure(cases: Cases, looks: Sequence[Look], scores: Values, plan: Plan) -> dict[str, Any]:
    """The whole evaluation. `looks` and `scores` belong to `cases`, all scored."""
    positive, patient = cases.positive, cases.patient
    at = rates.at_threshold(scores, positive, patient, plan.threshold) if plan.threshold is not None else None
    by, telling = _by(cases, plan)
    found = groups({name: cases.columns[name] for name in by}, scores, positive, patient, plan.threshold)
    tests = compared(found, scores, positive, patient, plan.threshold)
    return {
        "set": _counts(cases),
        "auc": _area(area(scores, positive, patient)),
        "roc": _roc(scores, positive),
        "operating_point": at,
        "at_prevalence": [rates.at_prevalence(at, one) for one in plan.prevalences] if at else [],
        "calibration": _calibration(scores, positive) if plan.calibrated else None,
        "decision_curve": _benefit(scores, positive) if plan.calibrated else None,
        "subgroups": [_group(group, tests, plan) for group in found],
        "tell_the_answer": telling,
        "comparisons": len(tests),
        "gaps": [_gap(gap) for gap in worse(tests)],
        "shortcuts": telling_by(cases, looks, plan.sources),
    }


def _by(cases: Cases, plan: Plan) -> tuple[list[str], list[str]]:
    """The columns to part by, and those left out because their value tells the answer, as a grade does."""
    if plan.by:
        return list(plan.by), []
    used = {cases.truth_column, cases.patient_column, cases.image_column}
    others = [name for name in cases.columns if name not in used]
    telling = [name for name in others if tells_answer(name, cases.columns[name], cases.positive)]
    return [name for name in others if name not in telling], [cases.truth_column, *telling]


def _counts(cases: Cases) -> dict[str, Any]:
    ill = int(cases.positive.sum())
    return {
        "pictures": len(cases), "positives": ill, "negatives": len(cases) - ill,
        "patients": len(np.unique(cases.patient)), "patient_column": cases.patient_column or None,
        "left_out": dict(cases.left_out),
    }  # fmt: skip


def _area(found: Area) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


def _roc(scores: Values, positive: Truth) -> list[list[float]]:
    false, found = curves.roc(scores, positive)
    rows = np.unique(np.linspace(0, len(false) - 1, CURVE_POINTS).round().astype(int))
    return [[float(false[row]), float(found[row])] for row in rows]


def _calibration(scores: Values, positive: Truth) -> dict[str, Any]:
    curve = curves.calibration_curve(scores, positive)
    return {
        "bins": [vars(one) for one in curve], "ece": curves.expected_error(curve),
        "brier": curves.brier(scores, positive), "mean_score": float(scores.mean()),
        "share_ill": float(positive.mean()),
    }  # fmt: skip


def _benefit(scores: Values, positive: Truth) -> dict[str, list[float]]:
    model, everybody = curves.net_benefit(scores, positive, RISKS)
    return {"risk": RISKS.round(2).tolist(), "model": model.tolist(), "everybody": everybody.tolist()}


def _group(group: Group, tests: list[Test], plan: Plan) -> dict[str, Any]:
    return {
        "column": group.column, "value": group.value, "positives": group.positives, "negatives": group.negatives,
        "not_tested": not_tested(group, tests, plan.threshold),
        "auc": _area(group.area) if group.area else None,
        "sensitivity": _share(group.sensitivity), "specificity": _share(group.specificity),
    }  # fmt: skip


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None or not share.of:
        return None
    return {"value": share.value, "hits": share.hits, "total": share.of, "low": share.low, "high": share.high}


def _gap(gap: Gap) -> dict[str, Any]:
    return dict(vars(gap))


def telling_by(cases: Cases, looks: Sequence[Look] | None, sources: Sequence[str] = ()) -> list[dict[str, Any]]:
    """How well the source, the file and the border or a thumbnail of the picture tell the answer of a set."""
    named = [*sources, *(name for name in cases.columns if name.lower() in SOURCES and name not in sources)]
    columns: dict[str, Names] = {name: cases.columns[name] for name in named}
    if looks:
        columns[FILE_KIND] = np.array([look.kind for look in looks], np.str_)
    columns = {name: values for name, values in columns.items() if len(np.unique(values)) > 1}
    small = np.stack([look.small for look in looks]) if looks else None
    return [{**vars(one), "telling": one.telling} for one in shortcuts(columns, small, cases.positive, cases.patient)]


def copies(
    twins: Sequence[Twin], everyone: Mapping[str, Names], image: str, split: str, asked: Cases
) -> dict[str, Any]:
    """Near copies among all rows of the table: across splits, under two patients, with two answers.

    `everyone` is the whole table by column; `image` and `split` name its columns, `split` may be "".
    """
    shown = [
        {"first": str(everyone[image][one.first]), "second": str(everyone[image][one.second]), "likeness": one.likeness,
         **_unlike(one, everyone, split, asked)}
        for one in twins
    ]  # fmt: skip
    kinds = ("across_splits", "two_patients", "two_answers")
    return {
        "pairs": len(shown), "split_column": split or None,
        **{kind: sum(one[kind] for one in shown) for kind in kinds}, "examples": _worst_first(shown)[:50],
    }  # fmt: skip


def _unlike(one: Twin, everyone: Mapping[str, Names], split: str, asked: Cases) -> dict[str, bool]:
    def differs(column: str) -> bool:
        return bool(column and everyone[column][one.first] != everyone[column][one.second])

    return {
        "across_splits": differs(split), "two_patients": differs(asked.patient_column),
        "two_answers": differs(asked.truth_column),
    }  # fmt: skip


def _worst_first(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(shown, key=lambda one: (not one["across_splits"], not one["two_answers"], not one["two_patients"]))
