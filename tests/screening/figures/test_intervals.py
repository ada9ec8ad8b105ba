"""Rates with their interval, and times: of too few nothing can be told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from screening.figures.intervals import Rate, Spread, to_decision
from screening.triage.decide import triage
from tests import factories as make
from tests.cast import Cast
from tests.screening.figures.counted import seen_by


def test_a_rate_of_too_few_cannot_be_told() -> None:
    assert Rate.of(3, 9) == Rate(3, 9, None, None, None)
    assert Rate.of(0, 0).share is None


def test_a_rate_carries_its_interval() -> None:
    rate = Rate.of(15, 148)
    assert rate.share == pytest.approx(0.1014, abs=1e-4)
    # Wilson's interval for 15 of 148, from Newcombe, Statistics in Medicine 1998, table I (method 3).
    assert (rate.low, rate.high) == (pytest.approx(0.0624, abs=1e-4), pytest.approx(0.1605, abs=1e-4))


def test_the_95th_percentile_is_a_time_that_happened() -> None:
    spread = Spread.of([timedelta(seconds=n) for n in range(1, 101)])
    assert (spread.timed, spread.median, spread.p95) == (100, timedelta(seconds=50.5), timedelta(seconds=95))
    assert Spread.of([]) == Spread(0, None, None)


def test_times_run_from_each_picture_to_the_next_decision(eye: Cast) -> None:
    visit = make.visit(eye.eye)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False) as clock:
        make.pictured(visit, "OD")
        clock.shift(10)
        make.pictured(visit, "OS")
        clock.shift(20)
        triage(visit.pk)
    took = to_decision(seen_by(eye.maya, eye.eye).visits)
    assert [round(t.total_seconds()) for t in took] == [30, 20]
