"""Every grade and what it means for the patient."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from screening.grades import (
    DME,
    ICDR,
    ChestGrade,
    EyeGrade,
    Finding,
    Gradability,
    GradeError,
    TBLikelihood,
    chest_grade,
    eye_grade,
    finding_of,
    worst,
)

N, U, R, X = Finding.NORMAL, Finding.UNGRADABLE, Finding.REFERABLE, Finding.URGENT

# ICDR x DME, every pair: finding, and the English NHS grade.
EYES = [
    (0, "none", N, "R0 M0"), (0, "not_central", R, "R0 M1"), (0, "central", X, "R0 M1"),
    (1, "none", N, "R1 M0"), (1, "not_central", R, "R1 M1"), (1, "central", X, "R1 M1"),
    (2, "none", R, "R2 M0"), (2, "not_central", R, "R2 M1"), (2, "central", X, "R2 M1"),
    (3, "none", R, "R2 M0"), (3, "not_central", R, "R2 M1"), (3, "central", X, "R2 M1"),
    (4, "none", X, "R3A M0"), (4, "not_central", X, "R3A M1"), (4, "central", X, "R3A M1"),
]  # fmt: skip
CHESTS = [("unlikely", N), ("possible", R), ("likely", R), ("active", X)]


def test_the_tables_are_complete() -> None:
    assert {(icdr, dme) for icdr, dme, *_ in EYES} == set(itertools.product(map(int, ICDR), map(str, DME)))
    assert {tb for tb, _ in CHESTS} == set(TBLikelihood)


@pytest.mark.parametrize(("icdr", "dme", "finding", "rm"), EYES)
def test_a_gradable_eye(icdr: int, dme: str, finding: Finding, rm: str) -> None:
    grade = eye_grade({"gradability": "gradable", "icdr": str(icdr), "dme": dme})
    assert (grade.finding, grade.rm) == (finding, rm)
    with_other = eye_grade({"gradability": "gradable", "icdr": icdr, "dme": dme, "other": "on"})
    assert with_other.finding is (R if finding is N else finding)


@pytest.mark.parametrize(("icdr", "dme"), [(icdr, dme) for icdr, dme, *_ in EYES])
def test_an_ungradable_eye_is_ungradable_whatever_else_was_ticked(icdr: int, dme: str) -> None:
    grade = eye_grade({"gradability": "ungradable", "icdr": str(icdr), "dme": dme})
    assert (grade.finding, grade.rm, grade.icdr, grade.dme) == (U, "U", None, None)
    assert EyeGrade(Gradability.UNGRADABLE, ICDR(icdr), DME(dme)).finding is U


@pytest.mark.parametrize(("tb", "finding"), CHESTS)
@pytest.mark.parametrize("gradable", [True, False])
@pytest.mark.parametrize("other", [True, False])
@pytest.mark.parametrize("urgent", [True, False])
def test_a_film(tb: str, finding: Finding, gradable: bool, other: bool, urgent: bool) -> None:
    raw = {"gradability": "gradable" if gradable else "ungradable", "tb": tb, "other": other, "other_urgent": urgent}
    if urgent:
        expected = X
    elif not gradable:
        expected = R if other else U
    else:
        expected = R if other and finding is N else finding
    assert chest_grade(raw).finding is expected


def test_a_film_without_a_grade_is_never_normal() -> None:
    assert ChestGrade(Gradability.GRADABLE).finding is U
    assert EyeGrade(Gradability.GRADABLE).finding is U


INCOMPLETE: list[tuple[str, dict[str, Any], str]] = [
    ("fundus", {}, "OD-gradability"),
    ("fundus", {"gradability": ""}, "OD-gradability"),
    ("fundus", {"gradability": "perhaps"}, "OD-gradability"),
    ("fundus", {"icdr": "2", "dme": "none"}, "OD-gradability"),
    ("fundus", {"gradability": "gradable"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": ""}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": None}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "5", "dme": "none"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "-1", "dme": "none"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "mild", "dme": "none"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "2"}, "OD-dme"),
    ("fundus", {"gradability": "gradable", "icdr": "0", "dme": ""}, "OD-dme"),
    ("fundus", {"gradability": "gradable", "icdr": "0", "dme": "severe"}, "OD-dme"),
    ("chest", {}, "OD-gradability"),
    ("chest", {"gradability": "gradable"}, "OD-tb"),
    ("chest", {"gradability": "gradable", "tb": ""}, "OD-tb"),
    ("chest", {"gradability": "gradable", "tb": "certain"}, "OD-tb"),
]


@pytest.mark.parametrize(("modality", "raw", "field"), INCOMPLETE)
def test_an_incomplete_grade_names_what_to_correct(modality: str, raw: dict[str, Any], field: str) -> None:
    with pytest.raises(GradeError) as error:
        finding_of(modality, {"OD": raw})
    assert error.value.field == field
    assert error.value.sentence.endswith(".")


@pytest.mark.parametrize(("right", "left"), list(itertools.product(EYES, EYES)))
def test_the_worse_eye_decides(right: tuple, left: tuple) -> None:
    grades = {
        view: {"gradability": "gradable", "icdr": eye[0], "dme": eye[1]} for view, eye in (("OD", right), ("OS", left))
    }
    order = [N, U, R, X]
    assert finding_of("fundus", grades) is max(right[2], left[2], key=order.index)


def test_an_ungradable_eye_is_never_outvoted_by_a_normal_one() -> None:
    normal, blind = {"gradability": "gradable", "icdr": "0", "dme": "none"}, {"gradability": "ungradable"}
    assert finding_of("fundus", {"OD": normal, "OS": blind}) is U
    assert finding_of("fundus", {"OD": {**normal, "icdr": "2"}, "OS": blind}) is R


def test_nothing_seen_is_ungradable() -> None:
    assert worst([]) is U
    assert finding_of("fundus", {}) is U
