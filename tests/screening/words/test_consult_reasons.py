"""Why a consult is on the worklist: what may be said of it where reading is blind, and where not."""

from __future__ import annotations

import pytest

from screening.words import consult_reasons


@pytest.mark.parametrize(
    ("priority", "blind", "open_eyed"),
    [
        ("urgent", "urgent", "urgent"),
        ("refer", "routine", "refer"),
        ("review", "routine", "review"),
        ("sample", "routine", "review"),
    ],
)
def test_a_priority_betrays_neither_the_ai_nor_a_sample(priority: str, blind: str, open_eyed: str) -> None:
    assert consult_reasons.shown(priority, blind=True) == blind
    assert consult_reasons.shown(priority, blind=False) == open_eyed


def test_every_shown_priority_has_a_badge_of_its_own() -> None:
    badges = [consult_reasons.badge(code) for code in consult_reasons.ORDER]
    assert len({badge.icon for badge in badges}) == len(badges)
