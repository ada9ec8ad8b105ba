"""The drift watch is quiet where nothing changes and loud where something does."""

from __future__ import annotations

import numpy as np
import pytest

from inference import drift
from tests import drift_simulation as simulation

CERTAIN = ("scores up by one deviation", "scores down by three quarters", "ungradable 18 to 50 %",
           "other camera 10 to 50 %")  # fmt: skip


def test_at_most_one_false_alarm_in_ten_thousand_cases() -> None:
    streams = 30
    false = sum(simulation.false_alarms(name, streams) for name in simulation.NULL)
    assert false <= streams  # all three measures together, over 300,000 cases


@pytest.mark.parametrize("name", CERTAIN)
def test_a_planted_shift_is_seen_within_two_hundred_cases(name: str) -> None:
    assert (simulation.delays(name, 100) <= 200).all()


def test_small_shifts_are_seen_more_often_than_not() -> None:
    assert (simulation.delays("other camera 10 to 30 %", 100) <= 200).mean() > 0.8


def test_the_index_is_the_one_in_the_books() -> None:
    before, now = np.array([100, 200, 700]), np.array([50, 300, 650])
    p, q = (before + 0.5) / (before + 0.5).sum(), (now + 0.5) / (now + 0.5).sum()
    assert drift.psi(before, now) == pytest.approx(sum((q - p) * np.log(q / p)))
    assert drift.psi(before, before) == pytest.approx(0)


def test_a_kind_never_seen_before_counts() -> None:
    before = ["gradable"] * 380 + ["blurred"] * 20
    assert drift.kinds_shifted(before, before[::2] + before[1::40]) is None
    shift = drift.kinds_shifted(before, ["gradable"] * 20 + ["glare"] * 30)
    assert shift and shift.recent == 50 and shift.psi > shift.limit


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
    assert each == simulation.alarmed(before, now).tolist()
