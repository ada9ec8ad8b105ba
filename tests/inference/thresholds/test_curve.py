"""A calibration is believed in nothing that can be computed again."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from inference.declared import PackError
from inference.statistics.shares import lower_bound
from inference.thresholds import curve, tables
from inference.thresholds.calibration import choose_threshold, operating_table
from tests import hostile
from tests.calibrations import calibration, scores


@pytest.fixture
def said() -> dict[str, Any]:
    return calibration()


@pytest.fixture(scope="module")
def with_groups() -> dict[str, Any]:
    return calibration(groups=("female", "male"))


def test_what_calibrate_measured_is_read_as_it_was(said: dict[str, Any]) -> None:
    found = curve.calibration(said)
    values, truth = scores()
    (point,) = found.points
    chosen = choose_threshold(values, truth, 0.9, repeat=True)
    assert (point.row, point.target, point.stratum) == (chosen.row, 0.9, "")
    assert found.curve.rows == tuple(operating_table(values, truth))
    assert (found.curve.ill, found.curve.well) == (120, 200)
    assert found.curve.lower(point.row) == lower_bound(chosen.row.tp, 120)
    # The highest proved threshold is that of the search itself, which does not lower it for a later check.
    highest = found.curve.proven(0.9)
    assert highest and highest.threshold == choose_threshold(values, truth, 0.9).threshold
    assert found.curve.proven(0.999) is None


def tampered(said: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    told = copy.deepcopy(said)
    *way, last = path.split(".")
    at = told
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = value(at[last]) if callable(value) else value
    return told


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("schema", 1, "old_calibration"),
        ("operating_point.model_version", None, "no_pack"),
        ("operating_point.sensitivity_lower", lambda v: v + 0.004, "bad_numbers"),
        ("operating_point.sensitivity", 0.99, "bad_numbers"),
        ("operating_point.specificity", lambda v: v + 0.1, "bad_numbers"),
        ("operating_point.positives", 400, "bad_numbers"),
        ("operating_point.negatives", 199, "bad_numbers"),
        ("operating_point.threshold", lambda v: v + 0.0001, "bad_numbers"),
        ("operating_point.target_sensitivity", 0.97, "unproven"),
        ("operating_point.confidence", 0.96, "bad_numbers"),
        ("operating_point.confidence", 0.8, "low_confidence"),
        ("operating_point.capture_class", "", "bad_manifest"),
        ("operating_point.use", "diagnosis", "bad_manifest"),
        ("operating_point.stratum", "height=tall", "bad_stratum"),
        ("operating_point.expires_on", "soon", "bad_calibration"),
        ("table.3.tp", lambda v: v + 1, "bad_numbers"),
        ("table.3.fn", -1, "bad_manifest"),
        ("table.3.threshold", 0.0, "bad_numbers"),
        ("table.0.threshold", -0.5, "bad_numbers"),
        ("table.3.tp", 1.5, "bad_manifest"),
        ("table", list, "no table"),
    ],
)
def test_a_tampered_number_is_found(said: dict[str, Any], path: str, value: Any, code: str) -> None:
    changed = tampered(said, path, [] if code == "no table" else value)
    with pytest.raises(PackError) as refused:
        curve.calibration(changed)
    assert refused.value.code == ("bad_calibration" if code == "no table" else code)


def test_a_lower_confidence_is_refused_even_where_every_number_fits_it() -> None:
    with pytest.raises(PackError) as refused:
        curve.calibration(calibration(confidence=0.8))
    assert refused.value.code == "low_confidence"


@pytest.mark.parametrize("raw", [None, [], 3, "x", {}, {"schema": 2}, {"schema": 2, "operating_point": []}])
def test_what_is_no_calibration_is_refused(raw: object) -> None:
    with pytest.raises(PackError):
        curve.calibration(raw)


@pytest.mark.parametrize("schema", [1, 3, "2", 2.5, None, [2], 10**30])
def test_another_schema_is_told_before_anything_else(said: dict[str, Any], schema: object) -> None:
    with pytest.raises(PackError, match=r"calibration.schema must be 2\.") as refused:
        curve.calibration({**said, "schema": schema, "table": 3})
    assert refused.value.code == "old_calibration"


def test_scores_of_other_software_are_told_before_what_else_is_missing(said: dict[str, Any]) -> None:
    for point in ({"label": "", "model_version": None}, {"model_version": None}):
        with pytest.raises(PackError) as refused:
            curve.calibration({**said, "operating_point": point})
        assert refused.value.code == "no_pack"


@pytest.mark.parametrize("value", hostile.VALUES)
@pytest.mark.parametrize(
    "path",
    ["operating_point", "operating_point.threshold", "operating_point.label", "operating_point.positives",
     "operating_point.measured_on", "operating_point.stratum", "table", "table.3.threshold", "table.3.tp",
     "table.3.sensitivity", "strata", "strata.groups.0.own", "strata.groups.0.own.sensitivity_lower",
     "strata.groups.1.shared.tp"],
)  # fmt: skip
def test_values_no_calibration_has_are_refused_with_a_sentence(with_groups: Any, path: str, value: str) -> None:
    with pytest.raises(PackError) as refused:
        curve.calibration(tampered(with_groups, path, hostile.VALUES[value]))
    assert refused.value.message.endswith(".")


# ----------------------------------------------------------------------------------------------------- by group


def test_groups_bring_their_own_thresholds_where_the_guard_agrees() -> None:
    found = curve.calibration(calibration(groups=("female", "male")))
    assert [point.stratum for point in found.points] == ["", "sex=female", "sex=male"]
    assert all(lower_bound(p.row.tp, p.row.tp + p.row.fn) >= 0.9 for p in found.points)


def test_a_guard_that_refuses_is_asked_again_whatever_the_file_says() -> None:
    said = calibration(groups=("female", "male"), unlike=True)
    assert said["strata"]["refused"]
    said["strata"]["refused"] = []
    assert [point.stratum for point in curve.calibration(said).points] == [""]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("strata.groups.0.own.tp", lambda v: v - 1, "bad_numbers"),
        ("strata.groups.0.own.sensitivity_lower", 0.99, "bad_numbers"),
        ("strata.groups.0.shared.fn", lambda v: v + 1, "bad_numbers"),
        ("strata.groups.1.own.specificity", lambda v: v + 0.1, "bad_numbers"),
    ],
)
def test_a_tampered_group_is_found(path: str, value: Callable[[Any], Any], code: str) -> None:
    with pytest.raises(PackError) as refused:
        curve.calibration(tampered(calibration(groups=("female", "male")), path, value))
    assert refused.value.code == code


def test_groups_the_product_does_not_know_bring_nothing() -> None:
    assert len(curve.calibration(calibration(groups=("tall", "short"))).points) == 1


# --------------------------------------------------------------------------------------------- a pack's own curve


def test_a_packs_own_curve_holds_for_its_kinds_of_picture_alone() -> None:
    values, truth = scores()
    rows = [[r.threshold, r.tp, r.fp, r.tn, r.fn] for r in operating_table(values, truth)]
    told = {"label": "tb", "capture_classes": ["dicom"], "use": "screening", "data": "drawn", "confidence": 0.95,
            "measured_on": "2026-11-01", "rows": rows}  # fmt: skip
    found = curve.of_pack({"curve": told}, "dicom")
    assert found and found.rows == tuple(operating_table(values, truth)) and found.at(2.0) == found.rows[-1]
    assert curve.of_pack({"curve": told}, "screen_photo") is None and curve.of_pack({}, "dicom") is None
    for wrong in ([[0.5, 1, 2]], [[0.1, 2, 2, 0, 0], [0.2, 3, 2, 0, 0]], 7):
        with pytest.raises(PackError):
            curve.of_pack({"curve": {**told, "rows": wrong}}, "dicom")
    for member, value in itertools.product(told, hostile.VALUES.values()):
        with pytest.raises(PackError):
            curve.of_pack({"curve": {**told, member: value}}, "dicom")


def test_yields_from_counts_are_those_from_scores() -> None:
    values, truth = scores()
    setting = tables.Setting(5000, 0.02, 4, 15)
    assert tables.yields_of(operating_table(values, truth), setting) == tables.yields(values, truth, setting)
    assert np.isclose(tables.yields_of(operating_table(values, truth), setting)[0].true_cases, 100)
