"""A proposed threshold with everything it would mean: what `calibration.json` holds. Pure.

Whoever measured (a command on a labelled folder, a page on the programme's own read pictures) writes the same file, and
`inference/thresholds/curve.py` reads and checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from inference.statistics import Names, Truth, Values
from inference.thresholds import curve, stratum, tables, written
from inference.thresholds.calibration import Row, Threshold, TooFewPositives, choose_threshold


@dataclass(frozen=True)
class Model:
    """Whose scores they are; `positive` are the labels the score adds up."""

    name: str
    version: str
    sha256: str
    positive: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """What is to be proved, for whom, until when, on whose word. Shares lie between 0 and 1; `prevalence` None is as
    in the set; `data` names the set; `label` is the one label that was measured, "" for the score the model decides by.
    """

    target: float
    data: str
    measured_on: date
    expires_on: date
    confidence: float = 0.95
    capture_class: str = ""
    use: str = "screening"
    group: str = ""
    owner: str = ""
    label: str = ""
    setting: tables.Setting = field(default_factory=lambda: tables.Setting(1000, None, 0.0, 0.0))


@dataclass(frozen=True)
class People:
    """One picture per person: its score in 0..1, whether the person is ill, and the groups of one column. `told` is
    what else the set says of itself: which rows, which answers counted as ill."""

    scores: Values
    ill: Truth
    left_out: Mapping[str, int]
    patient_column: str = ""
    column: str = ""
    groups: Names | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def proposed(model: Model | None, people: People, terms: Terms) -> dict[str, Any]:
    """The report. Raises TooFewPositives where even finding every ill person would not prove the target."""
    scores, truth = people.scores, people.ill
    chosen = choose_threshold(scores, truth, terms.target, terms.confidence, repeat=True)
    return {
        "schema": written.SCHEMA,
        "pack": {"name": model.name, "version": model.version, "sha256": model.sha256} if model else None,
        "operating_point": _operating_point(model, chosen, truth, terms),
        "repeats": chosen.repeats, "held_out": _held_out(people, terms),
        "setting": {**vars(terms.setting), "data": terms.data, "capture_class": terms.capture_class},
        "set": {"people": len(truth), "left_out": dict(people.left_out), "patient_column": people.patient_column,
                **people.told},
        "table": [
            _row(one, chosen, terms.setting)
            for one in tables.yields(scores, truth, terms.setting, terms.confidence)
        ],
        "strata": _strata(people, terms),
    }  # fmt: skip


def _operating_point(model: Model | None, chosen: Threshold, truth: Truth, terms: Terms) -> dict[str, Any]:
    """As a pack's manifest and the registry write an operating point, bound to one pack by its hash."""
    ill = int(truth.sum())
    return {
        "model_version": model.sha256 if model else None,
        "label": terms.label or "+".join(model.positive if model else ()),
        "capture_class": terms.capture_class, "threshold": chosen.threshold, "target_sensitivity": chosen.target,
        "sensitivity": chosen.sensitivity, "sensitivity_lower": chosen.sensitivity_lower,
        "confidence": chosen.confidence, "specificity": chosen.specificity, "positives": ill,
        "negatives": len(truth) - ill, "data": terms.data, "measured_on": terms.measured_on.isoformat(),
        "use": terms.use, "stratum": str(stratum.parse(terms.group)), "owner": terms.owner,
        "expires_on": terms.expires_on.isoformat(),
    }  # fmt: skip


def _held_out(people: People, terms: Terms) -> dict[str, Any]:
    try:
        found = tables.held_out(people.scores, people.ill, terms.target, terms.confidence)
    except TooFewPositives as few:
        return {"splits": 0, "kept": 0, "missing": few.missing}
    return {"splits": found.splits, "kept": found.kept, "holds": found.holds, "missing": 0}


def _row(one: tables.Yield, chosen: Threshold, setting: tables.Setting) -> dict[str, Any]:
    row = one.row
    # No cost was given: nothing is known, which is not that it costs nothing.
    priced = bool(setting.screen_cost or setting.confirm_cost)
    return {
        "threshold": row.threshold, "chosen": row.threshold == chosen.threshold,
        "tp": row.tp, "fp": row.fp, "tn": row.tn, "fn": row.fn,
        "sensitivity": row.sensitivity, "sensitivity_lower": one.sensitivity_lower, "specificity": row.specificity,
        "ppv": one.ppv, "npv": one.npv, "true_cases": one.true_cases, "missed": one.missed,
        "false_referrals": one.false_referrals, "confirmatory_tests": one.confirmatory_tests,
        "tests_per_true_case": one.tests_per_true_case, "cost": one.cost if priced else None,
        "cost_per_true_case": one.cost_per_true_case if priced else None,
    }  # fmt: skip


def _strata(people: People, terms: Terms) -> dict[str, Any] | None:
    if people.groups is None:
        return None
    found = tables.stratified(people.scores, people.ill, people.groups, terms.target, terms.confidence)
    return {
        "column": people.column, "refused": list(found.refused),
        "groups": [
            {
                "name": one.name or "–", "missing": one.missing, "positives": one.shared.tp + one.shared.fn,
                "negatives": one.shared.fp + one.shared.tn, "own": _own(one.own), "shared": _counts(one.shared),
                "stratum": curve.group(people.column, one.name),
                "shared_sensitivity": one.shared.sensitivity, "shared_specificity": one.shared.specificity,
            }
            for one in found.strata
        ],
    }  # fmt: skip


def _own(own: Threshold | None) -> dict[str, Any] | None:
    if own is None:
        return None
    shown = ("threshold", "sensitivity", "sensitivity_lower", "specificity")
    return {**{name: getattr(own, name) for name in shown}, **_counts(own.row)}


def _counts(row: Row) -> dict[str, int]:
    return {"tp": row.tp, "fp": row.fp, "tn": row.tn, "fn": row.fn}
