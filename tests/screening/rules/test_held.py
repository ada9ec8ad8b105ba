"""What may be decided about a held delivery, and by whom."""

from __future__ import annotations

import pytest

from screening.rules.held import BY_ANYBODY, CHOICES, Choice, choices


def test_every_held_code_has_something_that_a_manager_can_do() -> None:
    for code, offered in CHOICES.items():
        assert Choice.CLOSE in offered and len(offered) > 1, code


@pytest.mark.parametrize("code", CHOICES)
def test_who_works_there_decides_whose_it_is_and_the_manager_the_rest(code: str) -> None:
    assert choices(code, manages=True) == CHOICES[code]
    assert set(choices(code, manages=False)) == set(CHOICES[code]) & BY_ANYBODY
    assert Choice.CLOSE not in choices(code, manages=False)


def test_what_is_held_for_another_reason_is_nobodys_to_decide() -> None:
    assert choices("sealed", manages=True) == ()
