"""Who may be screened, how soon a specialist looks, and when the reads amount to an answer."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening import rules
from screening.rules import Action, Ineligible, Opinion, Priority, Protocol, Settled, Settlement, questionnaire
from screening.rules.grades import Finding, worst

EYE = Protocol(views=("OD", "OS"), retakes_allowed=2, recall_months=12)
CHEST = Protocol(views=("CXR",), retakes_allowed=1, recall_months=6, symptoms_refer=True, age_min=15)
thorough = settings(max_examples=300, deadline=None)

# ------------------------------------------------------------------------------------------------- who may be screened

AGES = replace(EYE, age_min=15, age_max=80)


@pytest.mark.parametrize(
    ("protocol", "age", "consented", "why"),
    [
        (EYE, 40, True, None),
        (EYE, None, True, None),
        (EYE, 0, True, None),
        (EYE, 40, False, Ineligible.NO_CONSENT),
        (CHEST, 14, True, Ineligible.TOO_YOUNG),
        (CHEST, 15, True, None),
        (CHEST, 110, True, None),
        (CHEST, None, True, Ineligible.AGE_UNKNOWN),
        (CHEST, 14, False, Ineligible.NO_CONSENT),
        (AGES, 80, True, None),
        (AGES, 81, True, Ineligible.TOO_OLD),
        (AGES, None, True, Ineligible.AGE_UNKNOWN),
        (replace(EYE, age_max=80), None, True, Ineligible.AGE_UNKNOWN),
        (replace(EYE, age_max=80), 81, True, Ineligible.TOO_OLD),
    ],
)
def test_eligibility(protocol: Protocol, age: int | None, consented: bool, why: Ineligible | None) -> None:
    assert rules.eligibility(protocol, age=age, consented=consented) is why


# ------------------------------------------------------------------------------------------------------- priority


def test_the_more_urgent_reason_wins() -> None:
    low_to_high = [Priority.SAMPLE, Priority.REVIEW, Priority.REFER, Priority.URGENT]
    for (i, a), (j, b) in itertools.product(enumerate(low_to_high), repeat=2):
        assert rules.more_urgent(a, b) is low_to_high[max(i, j)]


def test_every_priority_has_a_time_and_urgent_is_soonest() -> None:
    assert set(rules.DUE) == set(Priority) == set(rules.RANK)
    assert min(rules.DUE, key=rules.DUE.__getitem__) is Priority.URGENT
    assert rules.DUE[Priority.URGENT].total_seconds() == 24 * 3600


# --------------------------------------------------------------------------------------------------------- settling

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


# ---------------------------------------------------------------------------------------------------- the questionnaire


@pytest.mark.parametrize(
    ("modality", "answers", "symptoms", "dangers"),
    [
        ("chest", {}, (), ()),
        ("chest", {"cough": True, "fever": False, "blood": True}, ("cough",), ("blood",)),
        ("chest", {"cough": "yes"}, (), ()),  # answers are read (and turned into True) by enrol.read_answers
        ("chest", {"sudden_loss": True}, (), ()),
        ("fundus", {"sudden_loss": True, "sight_worse": True}, (), ("sudden_loss",)),
        ("unheard of", {"cough": True}, (), ()),
    ],
)
def test_told(modality: str, answers: dict[str, object], symptoms: tuple, dangers: tuple) -> None:
    assert questionnaire.told(modality, answers) == (symptoms, dangers)


@pytest.mark.parametrize(
    ("modality", "answers", "age", "made_for", "codes"),
    [
        ("fundus", {}, 40, [[18, 120], None], ()),
        ("fundus", {"pregnant": False, "sight_worse": None, "diabetes": "type2"}, 18, [[18, 120]], ()),
        ("fundus", {}, 17, [[18, 120]], ("age",)),
        ("fundus", {}, 120, [[18, 120], [18, 119]], ("age",)),
        ("fundus", {}, 4, [None], ()),
        ("fundus", {"pregnant": True}, 28, [None], ("pregnant",)),
        (
            "fundus",
            {"diabetes": "gestational", "sight_worse": True},
            4,
            [[18, 120]],
            ("diabetes", "sight_worse", "age"),
        ),
        ("chest", {"pregnant": True, "cough": True}, 15, [[15, 120]], ()),
        ("unheard of", {"pregnant": True}, 30, [], ()),
    ],
)
def test_whom_an_all_clear_is_not_about(
    modality: str, answers: dict[str, object], age: int, made_for: list, codes: tuple
) -> None:
    assert questionnaire.beyond_model(modality, answers, age, made_for) == codes


@pytest.mark.parametrize("modality", sorted(questionnaire.QUESTIONS))
def test_questions_are_answerable(modality: str) -> None:
    asked = questionnaire.QUESTIONS[modality]
    assert len({q.code for q in asked}) == len(asked)
    for question in asked:
        assert question.kind in {"yes_no", "number", "choice"}
        assert bool(question.choices) == (question.kind == "choice")
        assert (question.low < question.high) == (question.kind == "number")
