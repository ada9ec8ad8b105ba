"""What every threshold of a pack would mean, measured: read from `calibration.json` or a pack, and trusted in nothing
that can be computed again. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from inference.declared import PackError
from inference.statistics.shares import lower_bound
from inference.table import Table
from inference.thresholds import stratum, tables
from inference.thresholds.calibration import Row, Threshold
from inference.thresholds.evidence import USES

SCHEMA = 2
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


@dataclass(frozen=True)
class Curve:
    """One pack's counts at rising thresholds on one set, one row per person. Every row counts the same people."""

    label: str
    capture_class: str
    use: str
    stratum: str
    data: str
    measured_on: date
    confidence: float
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
    top = _object(raw)
    if top.data.get("schema") != SCHEMA:
        raise PackError("old_calibration", f"schema is not {SCHEMA}.")
    point = top.table("operating_point")
    if point.data.get("model_version") is None:
        raise PackError("no_pack", "operating_point.model_version is empty.")
    rows = tuple(_row(one) for one in top.tables("table"))
    curve = _curve(point, point.text("capture_class"), rows)
    shared = _proposed(point, curve, _only(curve, point.number("threshold")), curve.stratum)
    for name, whole in (("positives", curve.ill), ("negatives", curve.well)):
        _same(point.whole(name, 0, 10**9), whole, f"operating_point.{name}")
    return Calibration(
        point.text("model_version"), curve, (shared, *_by_group(top, curve, shared)),
        _day(point, "expires_on"), point.text("owner", empty=True),
    )  # fmt: skip


def of_pack(manifest: Mapping[str, Any], capture_class: str) -> Curve | None:
    """The curve a pack brings for a kind of picture; None where it brings none. Raises PackError."""
    if not isinstance(manifest.get("curve"), dict):
        return None
    told = Table.of(manifest["curve"], "curve")
    if capture_class not in told.texts("capture_classes"):
        return None
    listed = told.data.get("rows")
    if not isinstance(listed, list) or not all(isinstance(one, list) and len(one) == 5 for one in listed):
        raise PackError("bad_curve", "curve.rows must be lists of threshold, tp, fp, tn, fn.")
    named = [dict(zip(("threshold", *COUNTS), one, strict=True)) for one in listed]
    return _curve(told, capture_class, tuple(_row(Table.of(one, f"curve.rows[{n}]")) for n, one in enumerate(named)))


def _object(raw: object) -> Table:
    try:
        return Table.of(raw, "calibration")
    except PackError as error:
        raise PackError("bad_calibration", error.message) from error


def _curve(told: Table, capture_class: str, rows: tuple[Row, ...]) -> Curve:
    use = told.choice("use", USES)
    curve = Curve(
        told.text("label"), capture_class, use, str(stratum.parse(told.text("stratum", empty=True))),
        told.text("data"), _day(told, "measured_on"), told.number("confidence"), rows,
    )  # fmt: skip
    _check_rows(rows, told.where)
    if not LEAST_CONFIDENCE <= curve.confidence < 1:
        raise PackError("low_confidence", f"{told.where}.confidence is below {LEAST_CONFIDENCE:g}.")
    return curve


def _check_rows(rows: Sequence[Row], where: str) -> None:
    """Thresholds rise, and nobody appears or vanishes on the way: what a higher one finds the lower one found."""
    if not 1 <= len(rows) <= MOST_ROWS:
        raise PackError("bad_calibration", f"{where}: a table has 1 to {MOST_ROWS} thresholds.")
    people = {(row.tp + row.fn, row.fp + row.tn) for row in rows}
    rising = all(a.threshold < b.threshold and a.tp >= b.tp and a.fp >= b.fp for a, b in pairwise(rows))
    if len(people) != 1 or 0 in people.pop() or not rising or not 0 <= rows[0].threshold <= rows[-1].threshold <= 1:
        raise PackError("bad_numbers", f"{where}: the counts of the table do not belong to one set of people.")


def _row(told: Table) -> Row:
    """Counts, with every rate that stands beside them computed again."""
    row = Row(told.number("threshold"), *(told.whole(name, 0, 10**9) for name in COUNTS))
    for name in ("sensitivity", "specificity"):
        if name in told.data:
            _same(told.number(name), getattr(row, name) or 0.0, f"{told.where}.{name}")
    return row


def _only(curve: Curve, threshold: float) -> Row:
    row = curve.at(threshold)
    _same(threshold, row.threshold, "operating_point.threshold")
    return row


def _proposed(told: Table, curve: Curve, row: Row, stratum_: str, target: float | None = None) -> Point:
    """A threshold whose rates and bound are those of its counts, and whose bound reaches the target."""
    wanted = told.number("target_sensitivity") if target is None else target
    bound = lower_bound(row.tp, row.tp + row.fn, curve.confidence)
    _same(told.number("sensitivity"), row.sensitivity or 0.0, f"{told.where}.sensitivity")
    _same(told.number("specificity"), row.specificity or 0.0, f"{told.where}.specificity")
    _same(told.number("sensitivity_lower"), bound, f"{told.where}.sensitivity_lower")
    if not 0 < wanted < 1 or bound < wanted:
        raise PackError("unproven", f"{told.where}: the bound {bound:.4f} does not reach the target {wanted:g}.")
    return Point(row, wanted, stratum_)


def _by_group(top: Table, curve: Curve, shared: Point) -> tuple[Point, ...]:
    """The thresholds of groups, where all are groups the product knows and the fairness guard, asked again, agrees."""
    if top.data.get("strata") is None:
        return ()
    told = top.table("strata").tables("groups")
    at_shared = [_row(Table({"threshold": shared.row.threshold, **one.table("shared").data}, one.where))
                 for one in told]  # fmt: skip
    sums = tuple(sum(getattr(row, name) for row in at_shared) for name in COUNTS)
    if sums != tuple(getattr(shared.row, name) for name in COUNTS):
        raise PackError("bad_numbers", "strata: the groups together are not the people of the set.")
    own = [_proposed(one.table("own"), curve, _row(one.table("own")), one.text("stratum", empty=True), shared.target)
           if one.data.get("own") is not None else None for one in told]  # fmt: skip
    for mine, all_ in zip(own, at_shared, strict=True):
        if mine and (mine.row.tp + mine.row.fn, mine.row.fp + mine.row.tn) != (all_.tp + all_.fn, all_.fp + all_.tn):
            raise PackError("bad_numbers", "strata: a group has more people at one threshold than at another.")
    groups = [tables.Stratum("", _threshold(mine, curve), 0, all_) for mine, all_ in zip(own, at_shared, strict=True)]
    known = all(one.text("stratum", empty=True) for one in told) and not curve.stratum
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


def _day(told: Table, key: str) -> date:
    try:
        return date.fromisoformat(told.text(key))
    except ValueError:
        raise PackError("bad_calibration", f"{told.where}.{key} must be a date like 2026-11-23.") from None
