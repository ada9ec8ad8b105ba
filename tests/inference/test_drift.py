"""The drift watch is quiet where nothing changes and loud where something does."""

from __future__ import annotations

import numpy as np
import pytest

from inference import drift
from tests import drift_simulation as simulation

# In the whole simulation these are seen within 200 cases in 95 % and more.
LIKELY = ("scores up by half a deviation", "ungradable 18 to 36 %", "other camera 10 to 30 %")
CERTAIN = ("scores up by one deviation", "scores down by three quarters", "ungradable 18 to 50 %",
           "other camera 10 to 50 %")  # fmt: skip


def test_at_most_one_false_alarm_in_ten_thousand_cases() -> None:
    streams = 30
    false = sum(simulation.false_alarms(name, streams) for name in simulation.NULL)
    assert false <= streams  # all three measures together, over 300,000 cases


@pytest.mark.parametrize("name", CERTAIN)
def test_a_planted_shift_is_seen_within_two_hundred_cases(name: str) -> None:
    assert (simulation.delays(name, 100) <= 200).all()


@pytest.mark.parametrize("name", LIKELY)
def test_small_shifts_are_nearly_always_seen(name: str) -> None:
    assert (simulation.delays(name, 100) <= 200).mean() > 0.85


def test_a_trend_tells_its_direction_and_no_trend_is_none() -> None:
    draw = np.random.default_rng(4)
    usual = list(draw.normal(0, 1, 400))
    for move, sign in ((0.8, "higher"), (-0.8, "lower")):
        shift = drift.scores_trend(usual, list(draw.normal(move, 1, 150)))
        assert shift and shift.sign == sign and shift.value > shift.limit and shift.recent <= 150
    assert drift.scores_trend(usual, usual[:200]) is None and drift.scores_trend(usual, []) is None
    assert drift.scores_trend(usual[:99], usual) is None
    assert drift.share_trend([True] * 400, [True] * 200) is None
    assert drift.share_trend([False] * 400, [False] * 200) is None
    assert drift.share_trend([False] * 400, [False] * 150 + [True] * 50) is not None


def test_the_index_is_the_one_in_the_books() -> None:
    before, now = np.array([100, 200, 700]), np.array([50, 300, 650])
    p, q = (before + 0.5) / (before + 0.5).sum(), (now + 0.5) / (now + 0.5).sum()
    assert drift.psi(before, now) == pytest.approx(sum((q - p) * np.log(q / p)))
    assert drift.psi(before, before) == pytest.approx(0)


def test_a_kind_never_seen_before_counts() -> None:
    before = ["gradable"] * 380 + ["blurred"] * 20
    assert drift.kinds_shifted(before, before[::2] + before[1::40]) is None
    shift = drift.kinds_shifted(before, ["gradable"] * 20 + ["glare"] * 30)
    assert shift and shift.recent == 50 and shift.value > shift.limit


def test_too_little_learnt_or_seen_says_nothing() -> None:
    draw = np.random.default_rng(1)
    far = list(draw.normal(9, 1, 200))
    assert drift.numbers_shifted(list(draw.normal(0, 1, drift.LEAST - 1)), far) is None
    assert drift.numbers_shifted([], far) is None
    assert drift.numbers_shifted(list(draw.normal(0, 1, drift.REFERENCE)), far[:49]) is None
    assert drift.numbers_shifted(list(draw.normal(0, 1, drift.REFERENCE)), far) is not None


def test_scores_that_are_all_alike_are_still_watched() -> None:
    assert drift.numbers_shifted([0.1] * 400, [0.1] * 200) is None
    assert drift.numbers_shifted([0.1] * 400, [0.9] * 200) is not None


def test_the_simulation_looks_exactly_as_the_watch_does() -> None:
    draw = np.random.default_rng(3)
    before, now = simulation.scores()(draw, 400), simulation.scores(-1.2)(draw, 200)
    each = [drift.numbers_shifted(list(before), list(now[: n + 1])) is not None for n in range(200)]
    assert each == simulation.by_index(before, now).tolist()
    now = simulation.scores(-1.6)(draw, 500)
    each = [drift.scores_trend(list(before), list(now[: n + 1])) is not None for n in range(500)]
    assert each == simulation.by_trend(before, now, "score").tolist() and any(each)
    before, now = draw.choice(2, 400, p=(0.8, 0.2)), draw.choice(2, 500, p=(0.6, 0.4))
    each = [drift.share_trend(list(before > 0), list(now[: n + 1] > 0)) is not None for n in range(500)]
    assert each == simulation.by_trend(before, now, "quality").tolist() and any(each)
