"""Which threshold binds whom: the narrowest signed one, and nobody's second best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.declared import PackError
from inference.thresholds.stratum import EVERYBODY, Person, parse
from screening.rules.threshold_in_force import Choice, point_in_force

ANN = Person(age=30, sex="female", hiv="positive", prior_tb="no")
UNTOLD = Person()


def choice(name: str, *, site: object = None, stratum: str = "", holds: bool = True, withdrawn: bool = False,
           threshold: float = 0.5) -> Choice[str]:  # fmt: skip
    return Choice(site, parse(stratum), threshold, holds, withdrawn, name)


CASES = [
    ("nothing chosen: a human", [], "north", ANN, None),
    ("the programme's", [choice("all")], "north", ANN, "all"),
    ("the newest", [choice("old"), choice("new")], "north", ANN, "new"),
    ("the site's own before the programme's", [choice("here", site="north"), choice("all")], "north", ANN, "here"),
    ("another site's is not ours", [choice("there", site="south")], "north", ANN, None),
    ("the group before everybody", [choice("hiv", stratum="hiv=positive"), choice("all")], "north", ANN, "hiv"),
    ("who does not tell is in no group", [choice("h", stratum="hiv=positive"), choice("all")], "north", UNTOLD, "all"),
    ("groups alone leave the rest to a human", [choice("hiv", stratum="hiv=negative")], "north", ANN, None),
    ("the most special group", [choice("a", stratum="hiv=positive;age=15-39"), choice("b", stratum="hiv=positive")],
     "north", ANN, "a"),
    ("of equal groups the one that misses fewer",
     [choice("high", stratum="sex=female", threshold=0.6), choice("low", stratum="hiv=positive", threshold=0.2)],
     "north", ANN, "low"),
    ("an age outside", [choice("young", stratum="age=0-29")], "north", ANN, None),
    ("expired: a human, not the old one", [choice("old"), choice("new", holds=False)], "north", ANN, None),
    ("the group's expired: a human, not everybody's",
     [choice("all"), choice("hiv", stratum="hiv=positive", holds=False)], "north", ANN, None),
    ("the site's expired: a human, not the programme's",
     [choice("all"), choice("here", site="north", holds=False)], "north", ANN, None),
    ("withdrawn: a human", [choice("all"), choice("all", withdrawn=True)], "north", ANN, None),
    ("the site's withdrawn: the programme's again",
     [choice("all"), choice("here", site="north"), choice("here", site="north", withdrawn=True)], "north", ANN, "all"),
    ("chosen again after it was withdrawn", [choice("a"), choice("a", withdrawn=True), choice("b")], "north", ANN, "b"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "choices", "site", "person", "bound"), CASES, ids=[case[0] for case in CASES])
def test_the_narrowest_choice_rules(
    why: str, choices: list[Choice[str]], site: str, person: Person, bound: str | None
) -> None:
    assert point_in_force(choices, site, person) == bound


GROUPS = st.sampled_from(["", "sex=female", "sex=male", "hiv=positive", "age=0-40", "age=41-99;prior_tb=yes"])
CHOICES = st.lists(
    st.builds(choice, st.just("x"), site=st.sampled_from([None, "north", "south"]), stratum=GROUPS,
              holds=st.booleans(), withdrawn=st.booleans(), threshold=st.floats(0, 1)), max_size=8,
)  # fmt: skip


@given(CHOICES, st.sampled_from(["north", "south", "west"]))
def test_what_binds_was_chosen_for_this_person_here_and_holds(choices: list[Choice[str]], site: str) -> None:
    marked = [Choice(c.site, c.stratum, c.threshold, c.holds, c.withdrawn, str(at)) for at, c in enumerate(choices)]
    bound = point_in_force(marked, site, ANN)
    if bound is not None:
        found = marked[int(bound)]
        assert found.holds and not found.withdrawn and found.site in (None, site) and found.stratum.holds(ANN)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("sex=male", "sex=male"),
        ("prior_tb=yes; age=15-39 ;hiv=negative", "age=15-39;hiv=negative;prior_tb=yes"),
    ],
)
def test_a_group_is_written_one_way(text: str, line: str) -> None:
    assert str(parse(text)) == line
    assert parse(line) == parse(text)
    assert parse("") == EVERYBODY


@pytest.mark.parametrize("text", ["age=40-15", "age=1-999", "age=old", "sex=f", "hair=red", "sex=male;sex=female", "x"])
def test_no_group_of_people_is_refused(text: str) -> None:
    with pytest.raises(PackError):
        parse(text)
