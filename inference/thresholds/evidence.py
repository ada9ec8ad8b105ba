"""What a pack's manifest offers as evidence: operating points and training data, complete or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from inference.table import PackError, Table
from inference.thresholds import stratum

USES = ("screening", "triage")
HARDLY = 0.2  # a threshold with less specificity than this clears hardly anybody
# The shuffle test of a heat map judges on so many pictures with heat or more. Few say little: drawn from 22 to 40 real
# pictures per bundled pack, a sound map failed on up to 27 % of single ones, 4 % of threes, and under 1 % of fives.
LEAST_MAPS = 5

POINT_SHARES = (
    "threshold", "target_sensitivity", "sensitivity", "sensitivity_lower", "confidence", "specificity",
)  # fmt: skip


def check_points(top: Table) -> None:
    """Every operating point has its whole evidence, with shares from 0 to 1. Raises PackError."""
    for point in top.tables("operating_points"):
        shares = {key: point.number(key) for key in POINT_SHARES}
        if not all(0 <= share <= 1 for share in shares.values()):
            raise PackError("bad_operating_point", f"{point.where}: {list(POINT_SHARES)} lie between 0 and 1.")
        if shares["sensitivity_lower"] > shares["sensitivity"]:
            raise PackError("bad_operating_point", f"{point.where}: the lower bound is above the sensitivity.")
        point.whole("positives", 1, 10**9)
        point.whole("negatives", 0, 10**9)
        for key, most in (("label", 60), ("data", 240), ("measured_on", 10)):
            if len(point.text(key)) > most:
                raise PackError("bad_operating_point", f"{point.where}.{key} is longer than {most} letters.")
        stratum.parse(point.text("stratum", empty=True))
        if point.data.get("use", USES[0]) not in USES:
            raise PackError("bad_operating_point", f"{point.where}.use is one of {list(USES)}.")
        if point.text("capture_class") not in top.texts("capture_classes"):
            raise PackError("bad_operating_point", f"{point.where}.capture_class is not one the pack is made for.")
        if not _is_date(point.text("measured_on")):
            raise PackError("bad_operating_point", f"{point.where}.measured_on must be a date like 2026-11-23.")


def judged(test: Mapping[str, Any]) -> dict[str, Any]:
    """What was written down of a shuffle test; `passed` is None where it saw too few pictures to pass judgement."""
    return {**test, "passed": bool(test["passed"]) if test["pictures"] >= LEAST_MAPS else None}


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_sources(top: Table) -> None:
    """Every set a model was trained on has a name and its terms. Raises PackError."""
    for source in top.tables("training_data"):
        source.text("name")
        source.text("terms")
