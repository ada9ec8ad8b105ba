"""A bound is never shown better than it is, and two numbers that differ are never shown alike."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from inference.rounding import apart, floored

SHARES = st.floats(0, 1)


@given(SHARES, st.integers(1, 4))
def test_a_bound_is_rounded_down_and_by_less_than_one_step(share: float, digits: int) -> None:
    shown = floored(share, digits)
    assert shown <= share + 1e-9 and share - shown < 10**-digits


@pytest.mark.parametrize(("share", "digits", "shown"), [(0.907, 2, 0.9), (0.907, 3, 0.907), (0.29, 2, 0.29), (1, 2, 1)])
def test_a_bound_that_needs_no_rounding_stays(share: float, digits: int, shown: float) -> None:
    assert floored(share, digits) == shown


def test_a_template_rounds_a_bound_down() -> None:
    told = Template("{% load bounds %}{% widthratio low|bound:2 1 100 %} {{ low|bound:3|floatformat:3 }}")
    assert told.render(Context({"low": 0.9078})) == "90 0.907"


def test_score_and_threshold_look_different_when_they_are() -> None:
    assert apart(0.81, 0.42) == ("0.81", "0.42")
    assert apart(0.0612, 0.0588) == ("0.061", "0.059")
    assert apart(0.5, 0.5) == ("0.50", "0.50")


@given(SHARES, SHARES)
def test_the_larger_number_never_looks_smaller(one: float, other: float) -> None:
    first, second = map(float, apart(one, other))
    assert first == second or (first > second) == (one > other)
