"""How soon a specialist looks."""

from __future__ import annotations

import itertools

from screening import rules
from screening.rules import Priority


def test_the_more_urgent_reason_wins() -> None:
    low_to_high = [Priority.SAMPLE, Priority.REVIEW, Priority.REFER, Priority.URGENT]
    for (i, a), (j, b) in itertools.product(enumerate(low_to_high), repeat=2):
        assert rules.more_urgent(a, b) is low_to_high[max(i, j)]


def test_every_priority_has_a_time_and_urgent_is_soonest() -> None:
    assert set(rules.DUE) == set(Priority) == set(rules.RANK)
    assert min(rules.DUE, key=rules.DUE.__getitem__) is Priority.URGENT
    assert rules.DUE[Priority.URGENT].total_seconds() == 24 * 3600
