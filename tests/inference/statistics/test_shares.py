"""Intervals of shares against published figures, SciPy, and the promise that they hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from inference.statistics import shares

FORTY = np.arange(40).astype(str)
CONFIDENCE = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(0, 10, 0.0, 0.3085), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)]
)
def test_clopper_pearson_gives_the_tabled_figures(hits: int, total: int, low: float, high: float) -> None:
    assert shares.clopper_pearson(hits, total) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 300), st.floats(0, 1), CONFIDENCE)
def test_intervals_agree_with_scipy(total: int, share: float, confidence: float) -> None:
    hits = round(share * total)
    peer = stats.binomtest(hits, total)
    for ours, method in ((shares.clopper_pearson, "exact"), (shares.wilson, "wilson")):
        known = peer.proportion_ci(confidence, method=method)
        assert ours(hits, total, confidence) == pytest.approx((known.low, known.high), abs=1e-9)
    low, high = shares.clopper_pearson(hits, total, confidence)
    assert low <= shares.lower_bound(hits, total, confidence) <= hits / total
    assert hits / total <= shares.upper_bound(hits, total, confidence) <= high


@given(st.integers(1, 300), st.floats(0, 1), CONFIDENCE)
def test_one_sided_bounds_agree_with_scipy(total: int, share: float, confidence: float) -> None:
    hits = round(share * total)
    for ours, side, end in ((shares.lower_bound, "greater", "low"), (shares.upper_bound, "less", "high")):
        known = stats.binomtest(hits, total, alternative=side).proportion_ci(confidence, method="exact")
        assert ours(hits, total, confidence) == pytest.approx(getattr(known, end), abs=1e-9)


def test_nobody_examined_means_anything_is_possible() -> None:
    assert shares.clopper_pearson(0, 0) == shares.wilson(0, 0) == shares.bounded_mean(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="3 of 2"):
        shares.clopper_pearson(3, 2)


def test_the_exact_bound_keeps_its_promise() -> None:
    # Over all outcomes, a true proportion lies below its lower bound at most 5 % of the time.
    for truth in (0.6, 0.9, 0.97):
        for total in (10, 29, 59, 120):
            above = sum(
                stats.binom.pmf(hits, total, truth)
                for hits in range(total + 1)
                if shares.lower_bound(hits, total) > truth
            )
            assert above <= 0.05


@pytest.mark.parametrize(("hits", "of"), [(0, 7), (3, 7), (7, 7), (93, 100)])
def test_a_share_carries_its_exact_interval(hits: int, of: int) -> None:
    found = shares.share(hits, of)
    low = stats.beta.ppf(0.025, hits, of - hits + 1) if hits else 0
    high = stats.beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1
    assert (found.value, found.low, found.high) == pytest.approx((hits / of, low, high))


def test_a_share_of_nothing_has_no_value() -> None:
    assert shares.share(0, 0) == shares.Share(0, 0, None, None, None)
    with pytest.raises(ValueError, match="8 of 7"):
        shares.share(8, 7)


@given(st.integers(1, 200), st.floats(0, 1), CONFIDENCE)
def test_the_interval_of_any_mean_is_wider_than_the_exact_one_of_a_share(
    total: int, share: float, confidence: float
) -> None:
    hits = round(share * total)
    low, high = shares.bounded_mean(hits / total, total, confidence)
    exact = shares.clopper_pearson(hits, total, confidence)
    assert low <= exact[0] + 1e-12 and exact[1] - 1e-12 <= high
    assert low < hits / total < high or hits in (0, total)
    assert low < high


@pytest.mark.parametrize("total", [1, 8, 100])
def test_the_interval_of_any_mean_is_the_exact_one_at_the_ends(total: int) -> None:
    for hits in (0, total):
        assert shares.bounded_mean(hits / total, total) == pytest.approx(shares.clopper_pearson(hits, total), abs=1e-12)


def test_the_interval_of_any_mean_holds_for_values_that_are_no_yes_or_no() -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(500):
        low, high = shares.bounded_mean(float(rng.beta(0.3, 0.1, 12).mean()), 12)
        inside += low <= 0.75 <= high
    assert inside >= 475


def test_pictures_of_one_person_widen_a_share() -> None:
    right = np.repeat([True, True, True, False, True], 8)
    among = np.ones(40, np.bool_)
    alone = shares.share_of_people(right, among, FORTY)
    alike = shares.share_of_people(right, among, np.repeat(np.arange(5), 8).astype(str))
    assert (alone.low, alone.high) == pytest.approx(shares.wilson(32, 40))
    assert (alike.hits, alike.of, alike.value) == (32, 40, 0.8)
    assert alike.low < alone.low < alone.high < alike.high
    assert shares.share_of_people(right, ~among, FORTY).value is None


def test_pictures_that_are_all_alike_are_worth_no_more_than_their_people() -> None:
    """40 of 40 right, of two people: nothing tells two pictures of one person apart."""
    right = np.ones(40, np.bool_)
    of_two = shares.share_of_people(right, right, np.repeat(["a", "b"], 20))
    assert (of_two.low, of_two.high) == pytest.approx(shares.wilson(2, 2))
    assert shares.share_of_people(right, right, np.repeat("a", 40)).low == pytest.approx(shares.wilson(1, 1)[0])
    assert shares.share_of_people(right, right, FORTY).low == pytest.approx(shares.wilson(40, 40)[0])


def test_the_bootstrap_of_a_share_draws_whole_people() -> None:
    right, people = np.repeat(np.arange(40) < 16, 2), np.repeat(np.arange(40), 2).astype(str)
    low, high = shares.bootstrap_share(right, np.ones(80, np.bool_), people) or (0, 0)
    # As wide as for 40, not for 80.
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.4 * 0.6 / 40), rel=0.1)


def test_forty_of_forty_has_no_interval_by_drawing() -> None:
    sure = np.ones(40, np.bool_)
    assert shares.bootstrap_share(sure, sure, FORTY) is None
    assert shares.bootstrap_share(sure, ~sure, FORTY) is None
