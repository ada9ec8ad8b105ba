"""One letter wrong, missing, too many, or two exchanged: a name of four letters and more is found all the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules import search_keys

SEARCHES = json.loads((Path(__file__).parents[2] / "searches.json").read_text())
LETTERS = st.sampled_from("abcdefgmناحمدकमल")
NAMES = st.text(alphabet=LETTERS, min_size=4, max_size=12)


def edited(word: str, how: str, at: int, letter: str) -> str:
    at %= len(word)
    match how:
        case "insert":
            return word[:at] + letter + word[at:]
        case "delete":
            return word[:at] + word[at + 1 :]
        case "substitute":
            return word[:at] + letter + word[at + 1 :]
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


@given(NAMES, st.sampled_from(["insert", "delete", "substitute", "exchange"]), st.integers(0, 99), LETTERS)
def test_one_edit_is_always_found(name: str, how: str, at: int, letter: str) -> None:
    (term,) = search_keys.asked(edited(name, how, at, letter))
    assert search_keys.of_person(name) & (term.exact | term.begun | term.near)


def test_what_differs_in_two_letters_is_not_found() -> None:
    (term,) = search_keys.asked("hassan")
    for other in ("hosson", "asan", "hussein", "ssahan"):
        assert not search_keys.of_person(other) & (term.exact | term.begun | term.near), other


def test_a_number_is_never_one_digit_off() -> None:
    (term,) = search_keys.asked("12345")
    assert not search_keys.of_person("Amina", local_id="12346") & (term.exact | term.begun | term.near)


def test_a_long_search_asks_for_so_many_words_and_no_more() -> None:
    assert len(search_keys.asked("amina " * 500)) == search_keys.MOST_WORDS


def rank(typed: str, **facts: str) -> int | None:
    """As the database counts it: 0 for each word that is whole and right, 1 for one begun, 2 for one letter off."""
    labels, found = search_keys.of_person(**facts), 0
    for term in search_keys.asked(typed):
        ranks = [n for n, some in enumerate((term.exact, term.begun, term.near)) if labels & some]
        if not ranks:
            return None
        found += ranks[0]
    return found


@pytest.mark.parametrize("search", SEARCHES, ids=lambda one: f"{one['name']}: {one['typed']}")
def test_what_is_typed_finds_by_the_table_that_the_phone_is_tested_by_too(search: dict[str, Any]) -> None:
    facts = {name: said for name, said in search.items() if name not in ("typed", "rank")}
    assert rank(search["typed"], **facts) == search["rank"]
