"""A cheaper precision stands in only where it says the same, and where some machine may be quicker with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inference.training.parity import ORIGINAL, Parity

SAME = Parity("int8", 400, 0.01, 0.001, 0.9, -0.001, 4, 2.0, 1.3, 1000)


def test_what_says_the_same_stands_in() -> None:
    assert SAME.passed and SAME.stands_in


@pytest.mark.parametrize(
    "change", [{"largest_gap": 0.051}, {"auc_change": -0.006}, {"auc_change": 0.006}, {"flipped": 5}]
)
def test_what_says_something_else_does_not(change: dict[str, float]) -> None:
    assert not replace(SAME, **change).passed and not replace(SAME, **change).stands_in


def test_the_original_and_a_slow_one_stay_out() -> None:
    assert not replace(SAME, precision=ORIGINAL).stands_in
    assert replace(SAME, speed=0.7).passed and not replace(SAME, speed=0.7).stands_in
