"""When to ask whether a referred patient went."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from screening.rules import follow_up

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("said", "expected"),
    [({"urgent": True}, MONDAY + DAY), ({"urgent": False}, MONDAY + 7 * DAY),
     ({"urgent": True, "answer": "attended"}, None), ({"urgent": False, "answer": "lost"}, None),
     ({"urgent": False, "answer": "refused"}, None),
     ({"urgent": False, "answer": "not_yet", "answered_on": MONDAY + 8 * DAY}, MONDAY + 15 * DAY),
     ({"urgent": True, "answer": "not_yet", "answered_on": MONDAY, "promised": MONDAY + 3 * DAY}, MONDAY + 3 * DAY)],
)  # fmt: skip
def test_when_to_ask(said: dict[str, Any], expected: date | None) -> None:
    assert follow_up.ask_on(referred_on=MONDAY, **said) == expected
