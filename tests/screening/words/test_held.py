"""Whatever is held, and whatever may be decided, is said in words."""

from __future__ import annotations

from screening.models import SealedItem
from screening.rules.held import CHOICES, Choice
from screening.words.held import CHOICE_WORDS, WHY_HELD, why_held


def test_every_reason_and_every_choice_has_a_sentence() -> None:
    assert set(WHY_HELD) == set(CHOICES)
    assert set(CHOICE_WORDS) == set(Choice)


def test_a_reason_of_an_earlier_release_is_said_as_it_was_then() -> None:
    assert "same person" in why_held(SealedItem(code="local_id_taken", sentence="Search for them instead."))
    assert why_held(SealedItem(code="of_old", sentence="As it was said.")) == "As it was said."
