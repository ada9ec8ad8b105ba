"""Kappa equals scikit-learn's; its interval is the published one, and is never a point."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from inference.statistics.kappa import Kappa, kappa

SCALE = list(range(5))
WEIGHTS = {0: None, 1: "linear", 2: "quadratic"}
# Fleiss, Statistical Methods for Rates and Proportions (1981), table 13.1.
FLEISS = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]


def of_table(table: list[list[int]]) -> tuple[list[int], list[int]]:
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [i for i, _ in pairs], [j for _, j in pairs]


def known(found: Kappa | None) -> Kappa:
    assert found is not None
    return found


@pytest.mark.parametrize("power", [0, 1, 2])
@pytest.mark.parametrize("seed", range(8))
def test_kappa_is_that_of_scikit_learn(power: int, seed: int) -> None:
    dice = random.Random(seed)
    one = [dice.choice(SCALE) for _ in range(60)]
    other = [a if dice.random() < 0.6 else dice.choice(SCALE) for a in one]
    expected = cohen_kappa_score(one, other, labels=SCALE, weights=WEIGHTS[power])
    assert known(kappa(one, other, SCALE, power)).value == pytest.approx(expected, abs=1e-12)


def test_kappa_knows_when_it_is_not_defined() -> None:
    assert kappa([], [], SCALE) is None
    assert kappa([1, 1], [1, 1], SCALE) is None
    assert known(kappa([0, 1], [1, 0], SCALE)).value == -1
    with pytest.raises(ValueError, match="scale"):
        kappa([9], [1], SCALE)
    with pytest.raises(ValueError, match="shorter"):
        kappa([1, 2], [1], SCALE)


def test_kappa_carries_the_interval_of_fleiss_cohen_and_everitt() -> None:
    found = known(kappa(*of_table(FLEISS), SCALE))
    assert (found.value, (found.high - found.low) / 2 / 1.96) == pytest.approx((0.68, 0.087), abs=0.005)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_the_interval_is_that_of_the_bootstrap(power: int) -> None:
    one, other = (np.array(side) for side in of_table([[40, 6, 1], [5, 30, 7], [2, 6, 43]]))
    rng, drawn = np.random.default_rng(3), []
    for _ in range(800):
        rows = rng.integers(len(one), size=len(one))
        drawn.append(cohen_kappa_score(one[rows], other[rows], labels=[0, 1, 2], weights=WEIGHTS[power]))
    found = known(kappa(one.tolist(), other.tolist(), [0, 1, 2], power))
    assert (found.low, found.high) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.025)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_perfect_agreement_on_few_cases_is_not_certain(power: int) -> None:
    few, many = (known(kappa([0, 1] * n, [0, 1] * n, [0, 1], power)) for n in (3, 300))
    assert few.low < 0.3 < 0.95 < many.low < 1
    assert few.value == few.high == many.high == 1


def test_raters_who_always_differ_in_one_way_leave_room_too() -> None:
    for power in (0, 1, 2):
        found = known(kappa([0] * 6, [1] * 6, [0, 1, 2], power))
        assert found.value == 0 and found.low <= 0 < 0.2 < found.high


@pytest.mark.parametrize("power", [0, 1, 2])
@given(pairs=st.lists(st.tuples(st.sampled_from(SCALE), st.sampled_from(SCALE)), min_size=1, max_size=40))
def test_kappa_lies_within_an_interval_that_is_never_a_point(power: int, pairs: list[tuple[int, int]]) -> None:
    found = kappa([a for a, _ in pairs], [b for _, b in pairs], SCALE, power)
    if found is not None:
        assert -1 <= found.low <= found.value + 1e-9 and found.value - 1e-9 <= found.high <= 1
        assert found.high - found.low > 0.01
