"""Areas against scikit-learn and pair by pair; their intervals against the formulas written out, and the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from inference.statistics import areas
from inference.statistics.shares import bounded_mean

Arrays = tuple[np.ndarray, np.ndarray]
SCORED = st.lists(
    st.tuples(st.integers(0, 40).map(lambda v: v / 40), st.booleans()), min_size=2, max_size=200
).map(lambda rows: (np.array([s for s, _ in rows]), np.array([p for _, p in rows])))  # fmt: skip


def drawn(
    seed: int, ill: int, well: int, lift: float = 1.2, each: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, answers and people, where the `each` pictures of one person are alike."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(ill + well) < ill, each)
    own = np.repeat(rng.normal(0, 0.7, ill + well), each)
    scores = own + rng.normal(0, 0.7, len(own)) + lift * truth
    return scores, truth, np.repeat(np.arange(ill + well), each).astype(str)


def pair_by_pair(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """[ill, well]: 1 where the ill one is above, a half where both are alike."""
    return 0.5 * (1 + np.sign(np.subtract.outer(scores[truth], scores[~truth])))


def written_out(scores: np.ndarray, truth: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """Obuchowski's variance (1997) and Satterthwaite's degrees of freedom, sum by sum as printed."""
    wins = pair_by_pair(scores, truth)
    value, (m, n) = wins.mean(), wins.shape
    x, y = wins.mean(axis=1) - value, wins.mean(axis=0) - value
    of_ill, of_well = people[truth], people[~truth]
    ill, well, everybody = sorted(set(of_ill)), sorted(set(of_well)), sorted(set(people))
    s10 = sum(x[of_ill == one].sum() ** 2 for one in ill) * len(ill) / (len(ill) - 1) / m
    s01 = sum(y[of_well == one].sum() ** 2 for one in well) * len(well) / (len(well) - 1) / n
    s11 = sum(x[of_ill == one].sum() * y[of_well == one].sum() for one in everybody)
    s11 *= len(everybody) / (len(everybody) - 1)
    own = s10 / m, s01 / n
    freedom = sum(own) ** 2 / (own[0] ** 2 / (len(ill) - 1) + own[1] ** 2 / (len(well) - 1))
    return sum(own) + 2 * s11 / (m * n), freedom


def interval(value: float, variance: float, freedom: float) -> Arrays:
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(variance) / (value * (1 - value))
    return 1 / (1 + np.exp(-(np.log(value / (1 - value)) + np.array([-reach, reach]))))


@settings(deadline=None)
@given(SCORED)
def test_the_area_is_that_of_scikit_learn_and_of_all_pairs(data: Arrays) -> None:
    scores, truth = data
    if truth.all() or not truth.any():
        return
    assert areas.auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    assert areas.auc(scores, truth) == pytest.approx(pair_by_pair(scores, truth).mean(), abs=1e-12)


@settings(deadline=None)
@given(SCORED)
def test_the_area_lies_within_an_interval_that_is_never_a_point(data: Arrays) -> None:
    scores, truth = data
    if truth.all() or not truth.any():
        return
    found = areas.area(scores, truth)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high - found.low > 0.01
    assert (found.ill, found.well) == (truth.sum(), (~truth).sum())


@pytest.mark.parametrize(("ill", "well", "seed"), [(10, 10, 1), (30, 200, 2), (150, 40, 3)])
def test_one_picture_each_gives_the_variance_of_delong(ill: int, well: int, seed: int) -> None:
    scores, truth, people = drawn(seed, ill, well)
    scores = scores.round(1)  # with ties
    wins = pair_by_pair(scores, truth)
    variance = wins.mean(axis=1).var(ddof=1) / ill + wins.mean(axis=0).var(ddof=1) / well
    alone, named = areas.area(scores, truth), areas.area(scores, truth, people)
    assert alone == named
    assert alone.error == pytest.approx(np.sqrt(variance), abs=1e-12)
    assert (alone.low, alone.high) == pytest.approx(
        interval(alone.value, *written_out(scores, truth, people)), abs=1e-9
    )


@pytest.mark.parametrize("seed", range(4))
def test_people_with_several_pictures_give_the_variance_of_obuchowski(seed: int) -> None:
    scores, truth, people = drawn(seed, 25, 40, each=2)
    truth[0] = truth[6] = False  # two people with one ill and one well eye
    found, naive = areas.area(scores, truth, people), areas.area(scores, truth)
    variance, freedom = written_out(scores, truth, people)
    assert found.error == pytest.approx(np.sqrt(variance), abs=1e-12)
    assert (found.low, found.high) == pytest.approx(interval(found.value, variance, freedom), abs=1e-9)
    assert found.value == naive.value and found.error > 1.1 * naive.error


def test_another_confidence_gives_another_width() -> None:
    scores, truth, people = drawn(1, 40, 60)
    wide, narrow = (areas.area(scores, truth, people, confidence) for confidence in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("ill", "well"), [(8, 22), (22, 8), (1, 40), (2, 3), (60, 200)])
def test_a_whole_separation_has_the_exact_interval_of_its_pairs(ill: int, well: int) -> None:
    truth = np.arange(ill + well) < ill
    right, wrong = areas.area(truth.astype(float), truth), areas.area((~truth).astype(float), truth)
    few = min(ill, well)
    assert (right.value, right.high, wrong.value, wrong.low) == (1, 1, 0, 0)
    assert right.low == pytest.approx(stats.beta.ppf(0.025, few, 1), abs=1e-9)
    assert wrong.high == pytest.approx(1 - stats.beta.ppf(0.025, few, 1), abs=1e-9)


def test_eight_ill_above_twenty_two_well_are_not_certain() -> None:
    found = areas.area(np.r_[np.full(8, 0.9), np.linspace(0, 0.5, 22)], np.arange(30) < 8)
    assert (round(found.low, 3), found.high) == (0.631, 1)


def test_ties_only_may_be_nearly_anything() -> None:
    found = areas.area(np.ones(30), np.arange(30) < 8)
    assert (found.value, found.error) == (0.5, 0)
    assert (found.low, found.high) == pytest.approx(bounded_mean(0.5, 8)) and found.high - found.low > 0.5


def test_one_ill_person_says_nearly_nothing() -> None:
    scores, truth, _ = drawn(2, 1, 400)
    found = areas.area(scores, truth)
    assert found.error == np.inf and found.low < 0.05 and found.high > 0.95


def test_many_pictures_of_one_ill_person_say_no_more() -> None:
    scores, truth, _ = drawn(2, 40, 400)
    people = np.where(truth, "she", np.arange(440).astype(str))
    found = areas.area(scores, truth, people)
    assert found.error == np.inf and found.high - found.low > 0.9


def test_only_one_person_says_nothing_at_all() -> None:
    found = areas.area([0.2, 0.8], [False, True], np.array(["she", "she"]))
    assert (found.low, found.high) == (0, 1)


def test_more_people_never_loosen_the_interval_of_a_whole_separation() -> None:
    lows = [areas.area((np.arange(3 * n) < n).astype(float), np.arange(3 * n) < n).low for n in range(1, 40)]
    assert all(a < b for a, b in zip(lows, lows[1:], strict=False))


@pytest.mark.parametrize("truth", [[True, True], [False, False], []])
def test_one_class_only_is_refused_in_words(truth: list[bool]) -> None:
    for figure in (areas.auc, areas.area):
        with pytest.raises(areas.OneClass, match=f"{sum(truth)} with and {len(truth) - sum(truth)} without"):
            figure(np.zeros(len(truth)), np.array(truth, np.bool_))


def test_scores_that_are_none_are_refused() -> None:
    for scores, truth in (
        ([0.1, float("nan")], [True, False]),
        ([0.1], [True, False]),
        ([[0.1], [0.2]], [True, False]),
    ):
        with pytest.raises(ValueError, match="finite"):
            areas.area(scores, truth)


@pytest.mark.parametrize(("ill", "well", "each", "least"), [(60, 100, 1, 0.92), (50, 70, 2, 0.92), (10, 50, 1, 0.89)])
def test_the_interval_covers_the_truth_as_often_as_it_says(ill: int, well: int, each: int, least: float) -> None:
    actual = stats.norm.cdf(1.2 / np.sqrt(4 * 0.7**2))
    covered = 0
    for seed in range(400):
        found = areas.area(*drawn(seed, ill, well, each=each))
        covered += found.low <= actual <= found.high
    assert least <= covered / 400 <= 0.985


@pytest.mark.parametrize(("ill", "well"), [(2, 20), (5, 100), (9, 9)])
def test_few_people_are_covered_always(ill: int, well: int) -> None:
    actual = stats.norm.cdf(1.2 / np.sqrt(4 * 0.7**2))
    found = [areas.area(*drawn(seed, ill, well)) for seed in range(200)]
    assert sum(one.low <= actual <= one.high for one in found) >= 199


def test_the_interval_is_that_of_drawing_whole_people() -> None:
    scores, truth, people = drawn(1, 120, 180, each=2)
    found = areas.area(scores, truth, people)
    rng, names = np.random.default_rng(2), np.unique(people)
    rows = {name: np.flatnonzero(people == name) for name in names}
    again = []
    for _ in range(600):
        some = np.concatenate([rows[name] for name in rng.choice(names, len(names))])
        again.append(roc_auc_score(truth[some], scores[some]))
    assert (found.low, found.high) == pytest.approx(np.percentile(again, [2.5, 97.5]), abs=0.012)


def test_the_lower_limit_of_a_change_is_that_of_the_same_people_drawn_twice() -> None:
    before, truth, people = drawn(3, 60, 90, each=2)
    after = before + np.random.default_rng(4).normal(0, 0.5, len(before))
    same = areas.change_lower(before, before, truth, people)
    worse = areas.change_lower(before, after, truth, people)
    change = areas.auc(after, truth) - areas.auc(before, truth)
    assert same == 0 and worse < change < 0
    assert worse > change - 0.05  # far narrower than two areas that know nothing of each other
