"""Figures by subgroup, and gaps between a subgroup and everybody else that chance does not explain. Pure.

Sensitivity is tested where a group and the rest each have 30 ill, specificity where they have 30 well, the area where
they have both: with fewer, the interval would be wider than any gap worth finding. What was not tested is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from inference.statistics import Names, Truth, Values
from inference.statistics.areas import Area, area
from inference.statistics.people import design_effect
from inference.statistics.shares import Share, share_of_people

LEAST = 30
MOST_VALUES, MOST_SHOWN = 12, 24
AGE_EDGES = (15, 35, 55, 75)
ALPHA = 0.05
AREA, SENSITIVITY, SPECIFICITY = "AUC", "sensitivity", "specificity"


@dataclass(frozen=True)
class Group:
    """One subgroup. `area` is None where it has fewer than 30 ill or 30 well; `rows` are its pictures."""

    column: str
    value: str
    positives: int
    negatives: int
    area: Area | None
    sensitivity: Share | None
    specificity: Share | None
    rows: Truth = field(repr=False)


@dataclass(frozen=True)
class Gap:
    """A group that does worse than everybody else: `here` against `elsewhere`, `p` after Holm's correction."""

    column: str
    value: str
    figure: str
    here: float
    elsewhere: float
    p: float


@dataclass(frozen=True)
class Test:
    """One comparison of a group with everybody else, before correction."""

    group: Group
    figure: str
    here: float
    elsewhere: float
    p: float


def members(name: str, values: Names) -> dict[str, Truth]:
    """The groups of one column: its values, ages in bands, numbers in thirds, entries parted by "|" one by one.

    Empty where the column has too many different values to be a grouping.
    """
    known = values != ""
    if any("|" in value for value in values):
        parts = [set(value.split("|")) for value in values]
        counts = {one: sum(one in part for part in parts) for one in set().union(*parts) - {""}}
        chosen = sorted(counts, key=lambda one: (-counts[one], one))[:MOST_SHOWN]
        return {one: np.array([one in part for part in parts], np.bool_) for one in chosen}
    different = np.unique(values[known])
    numbers = _numbers(values, known)
    if numbers is not None and (len(different) > MOST_VALUES or name == "age"):
        return _bands(name, numbers, known)
    if not 2 <= len(different) <= MOST_VALUES:
        return {}
    return {str(value): values == value for value in different}


def _numbers(values: Names, known: Truth) -> Values | None:
    try:
        numbers = np.where(known, values, "nan").astype(np.float64)
    except ValueError:
        return None
    return numbers if known.any() else None


def _bands(name: str, numbers: Values, known: Truth) -> dict[str, Truth]:
    edges = AGE_EDGES if name == "age" else tuple(np.unique(np.quantile(numbers[known], [1 / 3, 2 / 3])).tolist())
    place = np.searchsorted(edges, np.nan_to_num(numbers), side="right")
    found = {}
    for band in range(len(edges) + 1):
        low = f"{edges[band - 1]:g}" if band else ""
        high = f"{edges[band]:g}" if band < len(edges) else ""
        label = f"{low} – <{high}" if low and high else (f"under {high}" if high else f"{low} and over")
        if (rows := known & (place == band)).any():
            found[label] = rows
    return found


def groups(
    columns: Mapping[str, Names], scores: Values, positive: Truth, patient: Names, threshold: float | None
) -> list[Group]:
    """Every group of every column that is a grouping."""
    return [
        _group(name, value, rows, scores, positive, patient, threshold)
        for name, values in columns.items()
        for value, rows in members(name, values).items()
    ]


def _group(
    name: str, value: str, rows: Truth, scores: Values, positive: Truth, patient: Names, threshold: float | None
) -> Group:
    ill, well = rows & positive, rows & ~positive
    judged = min(ill.sum(), well.sum()) >= LEAST
    found = area(scores[rows], positive[rows], patient[rows]) if judged else None
    at: tuple[Share | None, Share | None] = (None, None)
    if threshold is not None:
        called = scores >= threshold
        at = share_of_people(called, ill, patient), share_of_people(~called, well, patient)
    return Group(name, value, int(ill.sum()), int(well.sum()), found, *at, rows)


def tells_answer(name: str, values: Names, positive: Truth) -> bool:
    """Whether every group of a column is wholly ill or wholly well, as a grade is: no grouping of people."""
    parts = members(name, values).values()
    return bool(parts) and not any(positive[rows].any() and (~positive[rows]).any() for rows in parts)


def gaps(found: list[Group], scores: Values, positive: Truth, patient: Names, threshold: float | None) -> list[Gap]:
    """The groups that do worse than the rest of the set, after Holm's correction over all comparisons made."""
    return worse(compared(found, scores, positive, patient, threshold))


def compared(
    found: list[Group], scores: Values, positive: Truth, patient: Names, threshold: float | None
) -> list[Test]:
    """Every group against the rest of the set in every figure that both have people enough for.

    Columns whose value already tells the answer (a grade, a finding) are no grouping of people and are left out.
    """
    return [
        test
        for group in found
        if _parts_people(group.column, found)
        for test in _tests(group, scores, positive, patient, threshold)
    ]


def not_tested(group: Group, tests: list[Test], threshold: float | None) -> list[str]:
    """The figures in which a group was not compared with the rest."""
    done = {test.figure for test in tests if test.group is group}
    figures = (AREA, *((SENSITIVITY, SPECIFICITY) if threshold is not None else ()))
    return [figure for figure in figures if figure not in done]


def worse(tests: list[Test]) -> list[Gap]:
    """The comparisons that chance does not explain, after Holm's correction."""
    # Of two groups that make up a whole column each is the other's rest: one question, asked once.
    ranked = sorted(_questions(tests), key=lambda test: test.p)
    found, running = [], 0.0
    for place, test in enumerate(ranked):
        running = max(running, test.p * (len(ranked) - place))
        if running < ALPHA and test.here < test.elsewhere:
            found.append(Gap(test.group.column, test.group.value, test.figure, test.here, test.elsewhere, running))
    return found


def _questions(tests: list[Test]) -> list[Test]:
    ordered = sorted(tests, key=lambda test: test.here > test.elsewhere)
    asked: dict[tuple[str, str, frozenset[float]], Test] = {}
    for test in ordered:
        asked.setdefault((test.group.column, test.figure, frozenset((test.here, test.elsewhere))), test)
    return list(asked.values())


def _parts_people(column: str, found: list[Group]) -> bool:
    own = [group for group in found if group.column == column]
    return sum(bool(group.positives and group.negatives) for group in own) >= 2


def _tests(group: Group, scores: Values, positive: Truth, patient: Names, threshold: float | None) -> list[Test]:
    rest = ~group.rows
    tests = []
    if group.area and min((rest & positive).sum(), (rest & ~positive).sum()) >= LEAST:
        other = area(scores[rest], positive[rest], patient[rest])
        error = float(np.hypot(group.area.error, other.error))
        tests.append(_normal(group, AREA, group.area.value, other.value, error))
    if threshold is not None:
        called = scores >= threshold
        for figure, right, among in ((SENSITIVITY, called, positive), (SPECIFICITY, ~called, ~positive)):
            inside, outside = among & group.rows, among & rest
            if min(inside.sum(), outside.sum()) >= LEAST:
                tests.append(_two_shares(group, figure, right, inside, outside, patient))
    return tests


def _two_shares(group: Group, figure: str, right: Truth, inside: Truth, outside: Truth, patient: Names) -> Test:
    here, elsewhere = float(right[inside].mean()), float(right[outside].mean())
    pooled = float(right[inside | outside].mean())
    error = 0.0
    for among in (inside, outside):
        alike = design_effect(right[among].astype(np.float64), patient[among])
        error += pooled * (1 - pooled) * alike / among.sum()
    return _normal(group, figure, here, elsewhere, float(np.sqrt(error)))


def _normal(group: Group, figure: str, here: float, elsewhere: float, error: float) -> Test:
    p = float(2 * special.ndtr(-abs(here - elsewhere) / error)) if error > 0 else float(here == elsewhere)
    return Test(group, figure, here, elsewhere, p)
