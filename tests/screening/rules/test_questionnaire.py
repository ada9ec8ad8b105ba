"""What a patient is asked, and what the answers mean."""

from __future__ import annotations

import pytest

from screening.rules import MODALITIES, questionnaire


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


@pytest.mark.parametrize("modality", sorted(MODALITIES))
def test_questions_are_answerable(modality: str) -> None:
    asked = questionnaire.questions(modality)
    assert len({q.code for q in asked}) == len(asked)
    for question in asked:
        assert question.kind in {"yes_no", "number", "choice"}
        assert bool(question.choices) == (question.kind == "choice")
        assert (question.low < question.high) == (question.kind == "number")
