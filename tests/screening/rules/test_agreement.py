"""Kappa equals scikit-learn's; shares carry their exact interval; the crossed order is balanced and repeatable."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.metrics import cohen_kappa_score, recall_score

from screening.rules.agreement import SENT_ON, accuracy, kappa, kappa_interval, share
from screening.rules.crossed_study import opens, plan
from screening.rules.grades import ORDER, Finding

SCALE = list(range(5))
WEIGHTS = {0: None, 1: "linear", 2: "quadratic"}


@pytest.mark.parametrize("power", [0, 1, 2])
@pytest.mark.parametrize("seed", range(8))
def test_kappa_is_that_of_scikit_learn(power: int, seed: int) -> None:
    dice = random.Random(seed)
    one = [dice.choice(SCALE) for _ in range(60)]
    other = [a if dice.random() < 0.6 else dice.choice(SCALE) for a in one]
    expected = cohen_kappa_score(one, other, labels=SCALE, weights=WEIGHTS[power])
    assert kappa(one, other, SCALE, power) == pytest.approx(expected, abs=1e-12)


def test_kappa_knows_when_it_is_not_defined() -> None:
    assert kappa([], [], SCALE) is None
    assert kappa([1, 1], [1, 1], SCALE) is None
    assert kappa([0, 1], [1, 0], SCALE) == -1
    with pytest.raises(ValueError, match="scale"):
        kappa([9], [1], SCALE)
    with pytest.raises(ValueError, match="shorter"):
        kappa([1, 2], [1], SCALE)


def test_kappa_carries_the_interval_of_fleiss_cohen_and_everitt() -> None:
    """Fleiss, Statistical Methods for Rates and Proportions (1981), table 13.1: kappa 0.68, standard error 0.087."""
    table = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    one, other = [i for i, _ in pairs], [j for _, j in pairs]
    low, high = kappa_interval(one, other, SCALE) or (0, 0)
    assert (kappa(one, other, SCALE), (high - low) / 2 / 1.96) == pytest.approx((0.68, 0.087), abs=0.005)


def test_perfect_agreement_on_few_cases_is_not_certain() -> None:
    few, many = (kappa_interval([0, 1] * n, [0, 1] * n, SCALE) or (1, 1) for n in (3, 300))
    assert few[0] < 0.3 < 0.95 < many[0] < 1
    assert few[1] == many[1] == 1
    assert kappa_interval([1, 1], [1, 1], SCALE) is None


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.sampled_from(ORDER)), min_size=1, max_size=40))
def test_kappa_lies_within_its_interval(pairs: list[tuple[Finding, Finding]]) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    value, within = kappa(one, other, ORDER), kappa_interval(one, other, ORDER)
    assert (value is None) == (within is None)
    if value is not None and within is not None:
        assert -1 <= within[0] <= value + 1e-9 and value - 1e-9 <= within[1] <= 1


@pytest.mark.parametrize(("hits", "of"), [(0, 7), (3, 7), (7, 7), (93, 100)])
def test_a_share_carries_its_exact_interval(hits: int, of: int) -> None:
    found = share(hits, of)
    low = beta.ppf(0.025, hits, of - hits + 1) if hits else 0
    high = beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1
    assert (found.value, found.low, found.high) == pytest.approx((hits / of, low, high))
    assert share(0, 0).value is None
    with pytest.raises(ValueError, match="8 of 7"):
        share(8, 7)


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.sampled_from(ORDER)), min_size=1))
def test_accuracy_is_recall_of_being_sent_on(pairs: list[tuple[Finding, Finding]]) -> None:
    truth, said = [a for a, _ in pairs], [b for _, b in pairs]
    found = accuracy(truth, said)
    for label, got in ((True, found.sensitivity), (False, found.specificity)):
        bits = [[f in SENT_ON for f in side] for side in (truth, said)]
        if label in bits[0]:
            assert got.value == pytest.approx(recall_score(*bits, pos_label=label, labels=[label], average=None)[0])
        else:
            assert got.value is None


@pytest.mark.parametrize("size", [1, 2, 7, 20])
def test_every_reader_reads_every_case_once_with_and_once_without_the_ai(size: int) -> None:
    cases = [f"case {n}" for n in range(size)]
    for reader in range(4):
        rounds = [plan(5, reader, number, cases) for number in (1, 2)]
        assert Counter(rounds[0] + rounds[1]) == Counter((case, arm) for case in cases for arm in (True, False))
        for one in rounds:
            assert abs(sum(arm for _, arm in one) - size / 2) <= 0.5
        assert rounds == [plan(5, reader, number, cases) for number in (1, 2)], "repeatable from the seed"
    first = [dict(plan(5, reader, 1, cases)) for reader in (0, 1)]
    assert all(first[0][case] != first[1][case] for case in cases), "which half comes first alternates"


def test_the_washout_is_kept() -> None:
    done = datetime(2026, 3, 1, tzinfo=UTC)
    assert opens(done, 28) == done + timedelta(days=28)
