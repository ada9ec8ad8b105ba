"""The crossed order of a study is balanced and repeatable."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from screening.rules.crossed_study import opens, plan


@pytest.mark.parametrize("size", [1, 2, 7, 20])
def test_every_reader_reads_every_case_once_with_and_once_without_the_ai(size: int) -> None:
    cases = [f"case {n}" for n in range(size)]
    for reader in range(4):
        rounds = [plan(5, reader, number, cases) for number in (1, 2)]
        assert Counter(rounds[0] + rounds[1]) == Counter((case, arm) for case in cases for arm in (True, False))
        for one in rounds:
            assert abs(sum(arm for _, arm in one) - size / 2) <= 0.5
        assert rounds == [plan(5, reader, number, cases) for number in (1, 2)], "repeatable from the seed"
    first = [dict(plan(5, reader, 1, cases)) for reader in (0, 1)]
    assert all(first[0][case] != first[1][case] for case in cases), "which half comes first alternates"


def test_the_washout_is_kept() -> None:
    done = datetime(2026, 3, 1, tzinfo=UTC)
    assert opens(done, 28) == done + timedelta(days=28)
