"""Two spellings of one name are one, on the server as on the phone: the table is read by both tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules import folding

TOLD = json.loads((Path(__file__).parents[2] / "folding.json").read_text())
WAYS = {"words": folding.words, "telephone": folding.telephone, "local_number": folding.local_number}


@pytest.mark.parametrize("what", WAYS)
def test_two_spellings_are_one_and_two_that_are_two_stay_two(what: str) -> None:
    folded = WAYS[what]
    assert [pair for pair in TOLD[f"same_{what}"] if folded(pair[0]) != folded(pair[1])] == []
    assert [pair for pair in TOLD[f"other_{what}"] if folded(pair[0]) == folded(pair[1])] == []


def test_words_are_split_at_blanks_and_punctuation() -> None:
    assert [folding.words(text) for text, _words in TOLD["words"]] == [words for _text, words in TOLD["words"]]


def test_what_both_sides_fold_to_is_the_same_text() -> None:
    assert {text: folding.fold(text) for text, _folded in TOLD["folded"]} == dict(TOLD["folded"])


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = folding.words(text)
    assert folding.words(" ".join(once)) == once
