"""Thresholds against published figures and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.statistics.shares import lower_bound
from inference.thresholds import calibration as cal
from inference.thresholds.calibration import choose_threshold, repeat_chance
from tests.inference.thresholds.people import people

SCORED = st.lists(
    st.tuples(st.integers(0, 40).map(lambda v: v / 40), st.booleans()), min_size=8, max_size=200
).map(lambda rows: (np.array([s for s, _ in rows]), np.array([p for _, p in rows])))  # fmt: skip
TARGET = st.sampled_from([0.5, 0.7, 0.8, 0.9])


def test_softmax_and_sigmoid_survive_any_size() -> None:
    assert cal.softmax([1e4, -1e4]).tolist() == [1.0, 0.0]
    assert cal.sigmoid([-1e4, 0.0, 1e4]).tolist() == [0.0, 0.5, 1.0]
    assert cal.activate([1.0, 3.0], "softmax", 2.0) == pytest.approx(cal.softmax([0.5, 1.5]))
    assert cal.activate([3.0], "none", 2.0).tolist() == [1.5]


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=6), st.floats(0.1, 10))
def test_temperature_never_changes_the_order(logits: list[float], temperature: float) -> None:
    cold, warm = cal.activate(logits, "softmax"), cal.activate(logits, "softmax", temperature)
    assert warm.sum() == pytest.approx(1)
    assert warm[int(np.argmax(cold))] == pytest.approx(warm.max())


@pytest.mark.parametrize(("target", "needed"), [(0.9, 29), (0.95, 59), (0.8, 14), (0.5, 5)])
def test_positives_needed_are_the_known_ones(target: float, needed: int) -> None:
    assert cal.positives_needed(target) == needed
    assert lower_bound(needed, needed) >= target > lower_bound(needed - 1, needed - 1)


def test_too_few_positives_says_how_many_are_missing() -> None:
    scores, truth = np.linspace(0, 1, 60), np.arange(60) >= 40
    with pytest.raises(cal.TooFewPositives, match="9 are missing") as caught:
        cal.choose_threshold(scores, truth, 0.9)
    assert (caught.value.needed, caught.value.have, caught.value.missing) == (29, 20, 9)


@settings(deadline=None)
@given(SCORED, TARGET)
def test_the_threshold_is_the_highest_that_meets_the_target(data: tuple[np.ndarray, np.ndarray], target: float) -> None:
    scores, truth = data
    if truth.sum() < cal.positives_needed(target):
        with pytest.raises(cal.TooFewPositives):
            cal.choose_threshold(scores, truth, target)
        return
    chosen = cal.choose_threshold(scores, truth, target)
    assert chosen.sensitivity_lower >= target
    assert chosen.sensitivity == ((scores >= chosen.threshold) & truth).sum() / truth.sum()
    higher = [row for row in cal.operating_table(scores, truth) if row.threshold > chosen.threshold]
    assert all(lower_bound(row.tp, row.tp + row.fn) < target for row in higher)


@given(SCORED)
def test_table_and_counts_agree(data: tuple[np.ndarray, np.ndarray]) -> None:
    scores, truth = data
    for row in cal.operating_table(scores, truth):
        assert row == cal.count(scores, truth, row.threshold)
        assert row.tp + row.fp + row.tn + row.fn == len(scores)
    everything = cal.count(scores, truth, 2.0)
    assert everything.tp == everything.fp == 0 and everything.ppv is None


def test_bad_scores_are_refused() -> None:
    for scores, truth in (([0.1, float("nan")], [True, False]), ([0.1], [True, False])):
        with pytest.raises(ValueError, match="finite"):
            cal.operating_table(scores, truth)
    with pytest.raises(ValueError, match="between 0 and 1"):
        cal.choose_threshold([0.1, 0.2], [True, False], 1.0)


def test_the_chance_of_a_repeat_is_exact() -> None:
    rng = np.random.default_rng(3)
    kept = 0
    for _ in range(4000):
        old, new = np.sort(rng.random(60)), rng.random(60)
        kept += (new >= old[2]).mean() >= 0.9
    assert kept / 4000 == pytest.approx(repeat_chance(2, 60, 60, 0.9), abs=0.015)
    assert repeat_chance(0, 29, 29, 0.9) == pytest.approx(1 - 3654 / 30856, abs=1e-9)


def test_asking_for_a_repeat_never_raises_the_threshold_and_costs_no_proof() -> None:
    scores, ill = people(4, 200, 400)
    plain, careful = (choose_threshold(scores, ill, 0.9, repeat=repeat) for repeat in (False, True))
    assert careful.threshold <= plain.threshold
    assert careful.sensitivity_lower >= plain.sensitivity_lower >= 0.9
    assert careful.repeats >= 0.95
    few = choose_threshold(*people(5, 29, 60), 0.9, repeat=True)
    assert few.row.fn == 0 and few.repeats < 0.95  # the bound is proven, and the report can say how sure a check is
