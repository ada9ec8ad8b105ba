"""Thresholds, intervals and areas, against published figures, SciPy and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from inference.thresholds import calibration as cal

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


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(0, 10, 0.0, 0.3085), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)]
)
def test_clopper_pearson_gives_the_tabled_figures(hits: int, total: int, low: float, high: float) -> None:
    assert cal.clopper_pearson(hits, total) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 300), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_intervals_agree_with_scipy(total: int, share: float, confidence: float) -> None:
    hits = round(share * total)
    peer = stats.binomtest(hits, total)
    for ours, method in ((cal.clopper_pearson, "exact"), (cal.wilson, "wilson")):
        known = peer.proportion_ci(confidence, method=method)
        assert ours(hits, total, confidence) == pytest.approx((known.low, known.high), abs=1e-9)
    low, high = cal.clopper_pearson(hits, total, confidence)
    assert low <= cal.lower_bound(hits, total, confidence) <= hits / total <= high


def test_nobody_examined_means_anything_is_possible() -> None:
    assert cal.clopper_pearson(0, 0) == cal.wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="hits"):
        cal.clopper_pearson(3, 2)


def test_the_exact_bound_keeps_its_promise() -> None:
    # Over all outcomes, a true proportion lies below its lower bound at most 5 % of the time.
    for truth in (0.6, 0.9, 0.97):
        bounds = np.array([cal.lower_bound(hits, 80) for hits in range(81)])
        chance = stats.binom.pmf(np.arange(81), 80, truth)
        assert chance[bounds > truth].sum() <= 0.05


@pytest.mark.parametrize(("target", "needed"), [(0.9, 29), (0.95, 59), (0.8, 14), (0.5, 5)])
def test_positives_needed_are_the_known_ones(target: float, needed: int) -> None:
    assert cal.positives_needed(target) == needed
    assert cal.lower_bound(needed, needed) >= target > cal.lower_bound(needed - 1, needed - 1)


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
    assert all(cal.lower_bound(row.tp, row.tp + row.fn) < target for row in higher)


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


@given(SCORED)
def test_delong_area_is_the_rank_area(data: tuple[np.ndarray, np.ndarray]) -> None:
    scores, truth = data
    if min(truth.sum(), (~truth).sum()) < 2:
        with pytest.raises(ValueError, match="two positives"):
            cal.auc_delong(scores, truth)
        return
    area, low, high = cal.auc_delong(scores, truth)
    assert area == pytest.approx(roc_auc_score(truth, scores))
    assert 0 <= low <= area <= high <= 1


def test_delong_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    truth = np.arange(160) < 60
    actual = stats.norm.cdf(1.2 / np.sqrt(2))
    covered = 0
    for _ in range(400):
        _, low, high = cal.auc_delong(rng.normal(size=160) + 1.2 * truth, truth)
        covered += low <= actual <= high
    assert 0.92 <= covered / 400 <= 0.98


def test_a_perfect_separation_is_not_reported_as_certain() -> None:
    area, low, high = cal.auc_delong([0.1, 0.2, 0.3, 0.8, 0.9], [False, False, False, True, True])
    assert (area, high) == (1.0, 1.0)
    assert low < 0.5
