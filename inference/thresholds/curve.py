"""What every threshold of a pack would mean, measured: read from `calibration.json` or a pack, and trusted in nothing
that can be computed again. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from msgspec import UNSET

from inference.declared import PackError, read
from inference.statistics.shares import lower_bound
from inference.thresholds import stratum, tables
from inference.thresholds.calibration import Row, Threshold
from inference.thresholds.written import (
    CODES,
    Bound,
    CalibrationFile,
    Group,
    Measured,
    Own,
    PackCurve,
    Proposed,
    Rates,
    Versioned,
)

# Far below any difference that matters, far above what writing a number as text and reading it back can do.
CLOSE = 1e-9
# A bound that holds with less than this proves nothing to a patient.
LEAST_CONFIDENCE = 0.95
MOST_ROWS = 200_000
COUNTS = ("tp", "fp", "tn", "fn")
_SEX = {"f": "female", "m": "male"}


@dataclass(frozen=True)
class Point:
    """A threshold with the counts of calling every score >= it ill, the target it is to prove, and for whom."""

    row: Row
    target: float
    stratum: str


class Curve(Measured, frozen=True, kw_only=True):
    """One pack's counts at rising thresholds on one set, one row per person. Every row counts the same people."""

    capture_class: str
    rows: tuple[Row, ...]

    @property
    def ill(self) -> int:
        return self.rows[0].tp + self.rows[0].fn

    @property
    def well(self) -> int:
        return self.rows[0].fp + self.rows[0].tn

    def lower(self, row: Row) -> float:
        """The one-sided exact lower bound of sensitivity at a row."""
        return lower_bound(row.tp, self.ill, self.confidence)

    def proven(self, target: float) -> Row | None:
        """The highest threshold that proves the target; None where none does."""
        return next((row for row in reversed(self.rows) if self.lower(row) >= target), None)

    def at(self, threshold: float) -> Row:
        """The row with the nearest threshold."""
        return min(self.rows, key=lambda row: abs(row.threshold - threshold))


@dataclass(frozen=True)
class Calibration:
    """A whole file: the pack it holds for, the curve, the thresholds it proposes, until when, and who answers for it
    (a sign-in name; "" where the file names nobody)."""

    pack: str
    curve: Curve
    points: tuple[Point, ...]
    expires_on: date
    owner: str


def group(column: str, value: str) -> str:
    """A group of `--strata COLUMN` as a stratum; "" where it is none the product knows."""
    said = value.lower()
    try:
        return str(stratum.parse(f"{column}={_SEX.get(said, said) if column == 'sex' else said}"))
    except PackError:
        return ""


def calibration(raw: object) -> Calibration:
    """Read what `manage.py calibrate` wrote. Raises PackError: old_calibration, no_pack, bad_numbers, unproven,
    low_confidence, or any other code where it is no such file."""
    read(raw, Versioned, "calibration", CODES)
    read(raw, Bound, "calibration", CODES)
    told = read(raw, CalibrationFile, "calibration", CODES)
    point = told.operating_point
    rows = tuple(_row(one, f"table[{at}]") for at, one in enumerate(told.table))
    curve = _curve(point, point.capture_class, rows, "operating_point")
    row = curve.at(point.threshold)
    _same(point.threshold, row.threshold, "operating_point.threshold")
    shared = _proposed(point, curve, row, curve.stratum, point.target_sensitivity, "operating_point")
    _same(point.positives, curve.ill, "operating_point.positives")
    _same(point.negatives, curve.well, "operating_point.negatives")
    own = _by_group(told.strata.groups, curve, shared) if told.strata else ()
    return Calibration(point.model_version, curve, (shared, *own), point.expires_on, point.owner)


def of_pack(manifest: Mapping[str, Any], capture_class: str) -> Curve | None:
    """The curve a pack brings for a kind of picture; None where it brings none. Raises PackError."""
    if not isinstance(manifest.get("curve"), dict):
        return None
    told = read(manifest["curve"], PackCurve, "curve", {"rows": "bad_curve", "measured_on": "bad_calibration"})
    if capture_class not in told.capture_classes:
        return None
    return _curve(told, capture_class, tuple(Row(*one) for one in told.rows), "curve")


def _curve(told: Measured, capture_class: str, rows: tuple[Row, ...], where: str) -> Curve:
    _check_rows(rows, where)
    if not LEAST_CONFIDENCE <= told.confidence < 1:
        raise PackError("low_confidence", f"{where}.confidence is below {LEAST_CONFIDENCE:g}.")
    whom = str(stratum.parse(told.stratum))
    said = {name: getattr(told, name) for name in Measured.__struct_fields__}
    return Curve(**{**said, "stratum": whom}, capture_class=capture_class, rows=rows)


def _check_rows(rows: Sequence[Row], where: str) -> None:
    """Thresholds rise, and nobody appears or vanishes on the way: what a higher one finds the lower one found."""
    if not 1 <= len(rows) <= MOST_ROWS:
        raise PackError("bad_calibration", f"{where}: a table has 1 to {MOST_ROWS} thresholds.")
    people = {(row.tp + row.fn, row.fp + row.tn) for row in rows}
    rising = all(a.threshold < b.threshold and a.tp >= b.tp and a.fp >= b.fp for a, b in pairwise(rows))
    if len(people) != 1 or 0 in people.pop() or not rising or not 0 <= rows[0].threshold <= rows[-1].threshold <= 1:
        raise PackError("bad_numbers", f"{where}: the counts of the table do not belong to one set of people.")


def _row(told: Rates, where: str) -> Row:
    """Counts, with every rate that stands beside them computed again."""
    row = Row(told.threshold, told.tp, told.fp, told.tn, told.fn)
    for name in ("sensitivity", "specificity"):
        if (said := getattr(told, name)) is not UNSET:
            _same(said, getattr(row, name) or 0.0, f"{where}.{name}")
    return row


def _proposed(told: Own | Proposed, curve: Curve, row: Row, whom: str, target: float, where: str) -> Point:
    """A threshold whose rates and bound are those of its counts, and whose bound reaches the target."""
    bound = lower_bound(row.tp, row.tp + row.fn, curve.confidence)
    _same(told.sensitivity, row.sensitivity or 0.0, f"{where}.sensitivity")
    _same(told.specificity, row.specificity or 0.0, f"{where}.specificity")
    _same(told.sensitivity_lower, bound, f"{where}.sensitivity_lower")
    if not 0 < target < 1 or bound < target:
        raise PackError("unproven", f"{where}: the bound {bound:.4f} does not reach the target {target:g}.")
    return Point(row, target, whom)


def _by_group(told: Sequence[Group], curve: Curve, shared: Point) -> tuple[Point, ...]:
    """The thresholds of groups, where all are groups the product knows and the fairness guard, asked again, agrees."""
    at_shared = [Row(shared.row.threshold, *(getattr(one.shared, name) for name in COUNTS)) for one in told]
    sums = tuple(sum(getattr(row, name) for row in at_shared) for name in COUNTS)
    if sums != tuple(getattr(shared.row, name) for name in COUNTS):
        raise PackError("bad_numbers", "strata: the groups together are not the people of the set.")
    own = [
        _proposed(one.own, curve, _row(one.own, where), one.stratum, shared.target, where) if one.own else None
        for where, one in ((f"strata.groups[{at}].own", one) for at, one in enumerate(told))
    ]
    for mine, all_ in zip(own, at_shared, strict=True):
        if mine and (mine.row.tp + mine.row.fn, mine.row.fp + mine.row.tn) != (all_.tp + all_.fn, all_.fp + all_.tn):
            raise PackError("bad_numbers", "strata: a group has more people at one threshold than at another.")
    groups = [tables.Stratum("", _threshold(mine, curve), 0, all_) for mine, all_ in zip(own, at_shared, strict=True)]
    known = all(one.stratum for one in told) and not curve.stratum
    return tuple(one for one in own if one) if known and not tables.guard(groups) else ()


def _threshold(point: Point | None, curve: Curve) -> Threshold | None:
    if point is None:
        return None
    row = point.row
    bound = lower_bound(row.tp, row.tp + row.fn, curve.confidence)
    return Threshold(
        row.threshold, point.target, curve.confidence, row.sensitivity or 0.0, bound, row.specificity, row, 0
    )


def _same(said: float, computed: float, where: str) -> None:
    if abs(said - computed) > CLOSE:
        raise PackError("bad_numbers", f"{where} says {said:.6g}; from the counts it is {computed:.6g}.")
