"""calibration.json and the curve of a pack, as they are written: what must be there, and of what kind. Pure.

Whether the numbers belong together is asked in `inference.thresholds.curve`.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from msgspec import UNSET, Struct, UnsetType

from inference.declared import Count, Number, Text, Texts
from inference.thresholds.evidence import Use

Schema = Literal[2]
SCHEMA = get_args(Schema)[0]
# What is wrong in these members of a calibration has a code of its own.
CODES = {
    "$": "bad_calibration", "schema": "old_calibration", r"operating_point\.model_version": "no_pack",
    r"operating_point\.(measured|expires)_on": "bad_calibration",
}  # fmt: skip


class Versioned(Struct, frozen=True):
    """Read first: what another version wrote may have other members."""

    schema: Schema


class OfPack(Struct, frozen=True):
    """Read next: scores of other software belong to no pack, and then little else may be said."""

    model_version: Text


class Bound(Struct, frozen=True):
    operating_point: OfPack


class Measured(Struct, frozen=True, kw_only=True):
    """The people something was measured on, what on them, and when."""

    label: Text
    use: Use
    stratum: str = ""
    data: Text
    measured_on: date
    confidence: Number


class Counts(Struct, frozen=True, kw_only=True):
    tp: Count
    fp: Count
    tn: Count
    fn: Count


class Rates(Counts, frozen=True, kw_only=True):
    threshold: Number
    sensitivity: Number | UnsetType = UNSET
    specificity: Number | UnsetType = UNSET


class Own(Rates, frozen=True, kw_only=True):
    sensitivity: Number
    specificity: Number
    sensitivity_lower: Number


class Group(Struct, frozen=True, kw_only=True):
    """What a group's people are at the shared threshold, and at its own where it has one."""

    stratum: str = ""
    shared: Counts
    own: Own | None = None


class Strata(Struct, frozen=True):
    groups: tuple[Group, ...]


class Proposed(Measured, frozen=True, kw_only=True):
    model_version: Text
    capture_class: Text
    threshold: Number
    target_sensitivity: Number
    sensitivity: Number
    sensitivity_lower: Number
    specificity: Number
    positives: Count
    negatives: Count
    expires_on: date
    owner: str = ""


class CalibrationFile(Struct, frozen=True, kw_only=True):
    """calibration.json, as `manage.py calibrate` writes it."""

    operating_point: Proposed
    table: tuple[Rates, ...]
    strata: Strata | None = None


class PackCurve(Measured, frozen=True, kw_only=True):
    """`curve` in a manifest. Each row is threshold, tp, fp, tn, fn."""

    capture_classes: Texts
    rows: tuple[tuple[Number, Count, Count, Count, Count], ...]
