"""Thresholds as a programme needs them: against an independent computation, and on people they were not set on."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.statistics.shares import lower_bound
from inference.thresholds import tables as th
from inference.thresholds.calibration import TooFewPositives
from tests.inference.thresholds.people import people

SCORED = st.lists(st.tuples(st.integers(0, 30).map(lambda v: v / 30), st.booleans()), min_size=4, max_size=120).filter(
    lambda rows: 0 < sum(ill for _, ill in rows) < len(rows)
)


@settings(deadline=None, max_examples=60)
@given(SCORED, st.integers(1, 99), st.integers(0, 500), st.integers(0, 5000))
def test_every_output_equals_an_independent_computation(
    rows: list[tuple[float, bool]], per_hundred: int, screen: int, confirm: int
) -> None:
    """In exact fractions, person by person, with none of the code under test."""
    setting = th.Setting(1000, per_hundred / 100, float(screen), float(confirm))
    table = th.yields([s for s, _ in rows], [ill for _, ill in rows], setting)
    assert [one.row.threshold for one in table] == sorted({s for s, _ in rows})
    ill, well = sum(i for _, i in rows), sum(not i for _, i in rows)
    with_disease = 1000 * Fraction(per_hundred / 100)
    for one in table:
        tp = sum(i and s >= one.row.threshold for s, i in rows)
        fp = sum((not i) and s >= one.row.threshold for s, i in rows)
        assert (one.row.tp, one.row.fp, one.row.tn, one.row.fn) == (tp, fp, well - fp, ill - tp)
        true, false = with_disease * tp / ill, (1000 - with_disease) * fp / well
        cost = 1000 * screen + (true + false) * confirm
        expected = {
            "true_cases": true, "missed": with_disease - true, "false_referrals": false,
            "cleared": 1000 - with_disease - false, "confirmatory_tests": true + false, "cost": cost,
            "ppv": true / (true + false) if true + false else None,
            "npv": (1000 - with_disease - false) / (1000 - true - false) if true + false != 1000 else None,
            "tests_per_true_case": (true + false) / true if true else None,
            "cost_per_true_case": cost / true if true else None,
        }  # fmt: skip
        for name, value in expected.items():
            found = getattr(one, name)
            assert found == (None if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-9)), name
        assert one.row.sensitivity == pytest.approx(tp / ill, abs=1e-9)
        assert one.row.specificity == pytest.approx((well - fp) / well, abs=1e-9)
        assert one.sensitivity_lower == lower_bound(tp, ill)


def test_a_table_needs_both_answers() -> None:
    with pytest.raises(ValueError, match="with and without"):
        th.yields([0.1, 0.2], [True, True], th.Setting())


@pytest.mark.parametrize(("ill", "target"), [(80, 0.9), (150, 0.9), (400, 0.9), (240, 0.95), (120, 0.8)])
def test_the_threshold_keeps_its_target_on_people_it_was_not_set_on(ill: int, target: float) -> None:
    """The promise: in at least 90 % of 200 random splits the other half shows the target."""
    for seed in (1, 2):
        found = th.held_out(*people(seed, ill, 2 * ill), target, seed=seed)
        assert found.splits == 200
        assert found.share >= 0.90 and found.holds


def test_with_too_few_to_split_it_says_how_many_are_missing() -> None:
    with pytest.raises(TooFewPositives, match="18 are missing"):
        th.held_out(*people(6, 40, 80), 0.9)


# -------------------------------------------------------------------------------------------------------- by group


def test_groups_that_prove_the_target_get_their_own_threshold() -> None:
    scores, ill = people(7, 240, 480, lift=3.2)
    sex = np.where(np.arange(720) % 2, "F", "M")
    found = th.stratified(scores, ill, sex, 0.9)
    assert found.refused == ()
    for one in found.strata:
        assert one.own is not None and one.own.sensitivity_lower >= 0.9
        assert one.shared.tp + one.shared.fn == 120


def test_a_group_too_small_to_prove_it_is_read_by_people() -> None:
    scores, ill = people(8, 240, 480)
    hiv = np.where(np.arange(720) < 10, "positive", "negative")
    found = th.stratified(scores, ill, hiv, 0.9)
    small = next(one for one in found.strata if one.name == "positive")
    assert small.own is None and small.missing == 19
    assert "unproven" in found.refused


def test_the_guard_refuses_a_split_that_burdens_one_group() -> None:
    scores, ill = people(9, 300, 600, lift=2.5)
    old = np.arange(900) % 3 == 0
    scores[old & ill] -= 1.8  # found much later: their own threshold would refer most of the healthy
    found = th.stratified(scores, ill, np.where(old, "old", "young"), 0.9)
    assert "burden" in found.refused


def test_the_guard_refuses_to_find_fewer_than_today() -> None:
    scores, ill = people(10, 300, 600, lift=1.2)
    young = np.arange(900) % 2 == 0
    scores[young & ill] += 2.5  # nearly all found today; their own threshold would let cases go
    found = th.stratified(scores, ill, np.where(young, "young", "old"), 0.8)
    assert "less_found" in found.refused
