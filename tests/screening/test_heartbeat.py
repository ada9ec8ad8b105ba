"""A sweep that has died is seen, although nothing waits yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache

from screening import health, tasks


@pytest.fixture(autouse=True)
def forgotten_afterwards() -> Iterator[None]:
    yield
    cache.clear()


@pytest.mark.django_db
def test_a_sweep_that_stopped_makes_the_installation_unwell_within_minutes() -> None:
    with time_machine.travel(datetime(2026, 3, 1, 8, 0, tzinfo=UTC), tick=False):
        tasks.sweep()
        assert health.look().well
    with time_machine.travel(datetime(2026, 3, 1, 8, 4, tzinfo=UTC), tick=False):
        assert any("sweep" in problem for problem in health.look().problems)
