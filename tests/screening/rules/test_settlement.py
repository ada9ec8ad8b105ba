"""When the reads of a consult amount to an answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening import rules
from screening.rules import Action, Opinion, Settled, Settlement
from screening.rules.grades import Finding, worst

thorough = settings(max_examples=300, deadline=None)
N, U, R, X = Finding.NORMAL, Finding.UNGRADABLE, Finding.REFERABLE, Finding.URGENT
MORE, ADJUDICATE = Settlement(Settled.MORE), Settlement(Settled.ADJUDICATE)


def agreed(finding: Finding) -> Settlement:
    return Settlement(Settled.AGREED, finding)


@pytest.mark.parametrize(
    ("findings", "reads_needed", "ai_refers", "expected"),
    [
        ([], 1, False, MORE),
        ([], 1, True, MORE),
        ([N], 1, False, agreed(N)),
        ([U], 1, False, agreed(U)),
        ([R], 1, False, agreed(R)),
        ([X], 1, False, agreed(X)),
        # one reader who overrules the AI is never enough
        ([N], 1, True, MORE),
        ([R], 1, True, agreed(R)),
        ([X], 1, True, agreed(X)),
        ([U], 1, True, agreed(U)),
        ([N, N], 1, True, agreed(N)),
        ([N, R], 1, True, ADJUDICATE),
        ([N, U], 1, True, ADJUDICATE),
        # two reads asked for
        ([N], 2, False, MORE),
        ([R], 2, False, MORE),
        ([N, N], 2, False, agreed(N)),
        ([R, R], 2, True, agreed(R)),
        ([R, X], 2, False, ADJUDICATE),
        ([N, R], 2, False, ADJUDICATE),
        # both send the patient to be examined: readers who differ only in the grade do not disagree
        ([U, R], 2, False, agreed(R)),
        ([N, N], 3, False, MORE),
        ([N, R], 3, False, MORE),
        ([N, N, N], 3, True, agreed(N)),
        ([N, N, R], 3, True, ADJUDICATE),
    ],
)
def test_settle(findings: list[Finding], reads_needed: int, ai_refers: bool, expected: Settlement) -> None:
    opinions = [Opinion(f"reader {n}", finding) for n, finding in enumerate(findings)]
    assert rules.settle(opinions, reads_needed=reads_needed, ai_refers=ai_refers) == expected


@pytest.mark.parametrize("word", list(Finding))
def test_the_adjudicator_has_the_last_word(word: Finding) -> None:
    opinions = [Opinion("a", N), Opinion("b", R), Opinion("c", word, adjudicates=True)]
    assert rules.settle(opinions, reads_needed=2, ai_refers=True) == agreed(word)


@given(st.lists(st.sampled_from(list(Finding)), min_size=1, max_size=4), st.integers(1, 3), st.booleans())
@thorough
def test_no_single_read_clears_what_the_ai_refers(findings: list[Finding], needed: int, ai: bool) -> None:
    opinions = [Opinion(str(n), f) for n, f in enumerate(findings)]
    settled = rules.settle(opinions, reads_needed=needed, ai_refers=ai)
    if settled.state is Settled.AGREED:
        assert settled.finding is worst(findings)
        assert len({rules.OUTCOME_OF[finding] for finding in findings}) == 1
        assert len(findings) >= needed
        if settled.finding is N and ai:
            assert len(findings) >= 2


def test_only_normal_ends_in_recall() -> None:
    assert set(rules.OUTCOME_OF) == set(Finding)
    assert [f for f, action in rules.OUTCOME_OF.items() if action is Action.RECALL] == [N]
    assert rules.OUTCOME_OF[X] is Action.REFER_URGENT
