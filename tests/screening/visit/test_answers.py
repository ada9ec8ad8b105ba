"""What is answered is kept as it was said: what is not understood is asked again, and never taken for a no."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.refusal import BadAnswers, Refused
from screening.rules import MODALITIES
from screening.visit.answers import mark_unobtainable, read_answers
from tests import factories as make
from tests.cast import Cast

SAID = [
    *[(yes, True) for yes in (True, "yes", "Yes", " YES ", "true", "on", "1", 1)],
    *[(no, False) for no in (False, "no", "No", "false", "off", "0", 0)],
    *[(open_, None) for open_ in (None, "")],
]
UNCLEAR = ["y", "oui", "ndiyo", "2", 2, "maybe", "yes!", [], [True], {}, 0.5, "null", "None", " "]


@pytest.mark.parametrize(("said", "kept"), SAID)
def test_yes_is_yes_and_no_is_no(said: Any, kept: bool | None) -> None:
    assert read_answers("fundus", {"sudden_loss": said}) == ({} if kept is None else {"sudden_loss": kept})


@pytest.mark.parametrize("said", UNCLEAR)
def test_what_is_no_yes_and_no_no_is_asked_again(said: Any) -> None:
    with pytest.raises(BadAnswers) as asked:
        read_answers("fundus", {"sudden_loss": said, "pregnant": "no"})
    assert set(asked.value.problems) == {"sudden_loss"}


@given(st.recursive(st.none() | st.booleans() | st.text() | st.integers() | st.floats(), st.lists))
def test_only_a_no_ever_becomes_a_no(said: Any) -> None:
    try:
        kept = read_answers("fundus", {"sudden_loss": said})
    except BadAnswers:
        return
    if kept.get("sudden_loss") is False:
        assert str(said).strip().casefold() in ("false", "no", "off", "0")


@pytest.mark.parametrize(
    ("said", "kept"), [("7.5", 7.5), ("7,5", 7.5), ("٧٫٥", 7.5), ("७.५", 7.5), (7, 7.0), (" 8 ", 8.0)]
)
def test_a_number_is_read_in_the_digits_of_any_script(said: Any, kept: float) -> None:
    assert read_answers("fundus", {"hba1c": said}) == {"hba1c": kept}


@pytest.mark.parametrize("said", ["1_0", "1e1", "+7", "0x7", "nan", "7.5.1", "-3", True, [7], "７e0"])
def test_what_only_a_computer_calls_a_number_is_asked_again(said: Any) -> None:
    with pytest.raises(BadAnswers):
        read_answers("fundus", {"hba1c": said})


@pytest.mark.parametrize("said", ["type9", ["type1"], 1, True])
def test_a_choice_is_one_of_those_shown(said: Any) -> None:
    assert read_answers("fundus", {"diabetes": "type1"}) == {"diabetes": "type1"}
    with pytest.raises(BadAnswers):
        read_answers("fundus", {"diabetes": said})


@pytest.mark.parametrize("modality", sorted(MODALITIES))
def test_an_excuse_is_one_of_this_part_of_the_body(cast: Cast, modality: str) -> None:
    encounter = make.visit({"fundus": cast.eye, "chest": cast.chest}[modality], cast.north)
    own = MODALITIES[modality].excuses
    foreign = {why for one in MODALITIES.values() for why in one.excuses} - set(own)
    for why in own:
        mark_unobtainable(cast.amina, encounter, encounter.programme.views[0], why)
    for why in foreign:
        with pytest.raises(Refused, match="Choose why"):
            mark_unobtainable(cast.amina, encounter, encounter.programme.views[0], why)
