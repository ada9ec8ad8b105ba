"""What a patient is asked in each kind of programme, and what an answer means for triage. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """One question of a programme's questionnaire. `kind`: "yes_no", "number" or "choice".

    `to_reader` are the answers after which a clear photo alone sends nobody home.
    """

    code: str
    text: str
    kind: str = "yes_no"
    symptom: bool = False
    danger: bool = False
    choices: tuple[tuple[str, str], ...] = field(default=())
    low: float = 0
    high: float = 0
    to_reader: tuple[object, ...] = ()


# TB: the four-symptom screen and risk questions of the WHO consolidated guidelines, module 2 (2021).
# Coughing blood is a danger sign. DR: diabetes history; sudden loss of sight is a danger sign. Retinopathy can
# worsen fast in pregnancy, and worse sight wants its cause found (ICO Guidelines for Diabetic Eye Care, 2017).
QUESTIONS: Mapping[str, tuple[Question, ...]] = {
    "fundus": (
        Question(
            "diabetes", "Which diabetes?", "choice",
            choices=(("type1", "Type 1"), ("type2", "Type 2"), ("gestational", "In pregnancy"),
                     ("unknown", "Not known")),
            to_reader=("gestational",),
        ),
        Question("diabetes_years", "For how many years?", "number", low=0, high=80),
        Question("hba1c", "Last HbA1c (%)", "number", low=3, high=20),
        Question("pregnant", "Pregnant now?", to_reader=(True,)),
        Question("sight_worse", "Sees worse than last year?", to_reader=(True,)),
        Question("sudden_loss", "Sudden loss of sight in the last days?", danger=True),
    ),
    "chest": (
        Question("cough", "Cough for two weeks or more?", symptom=True),
        Question("fever", "Fever?", symptom=True),
        Question("night_sweats", "Night sweats?", symptom=True),
        Question("weight_loss", "Weight loss?", symptom=True),
        Question("blood", "Coughing blood?", danger=True),
        Question("contact", "Lives with somebody who has tuberculosis?"),
        Question("prior_tb", "Had tuberculosis before?"),
        Question(
            "hiv", "HIV status", "choice",
            choices=(("positive", "Positive"), ("negative", "Negative"), ("unknown", "Not known")),
        ),
    ),
}  # fmt: skip


def told(modality: str, answers: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The symptoms and the danger signs a patient told, as codes, from the questionnaire's answers."""
    asked = QUESTIONS.get(modality, ())
    symptoms = tuple(q.code for q in asked if q.symptom and answers.get(q.code) is True)
    dangers = tuple(q.code for q in asked if q.danger and answers.get(q.code) is True)
    return symptoms, dangers


def beyond_model(
    modality: str, answers: Mapping[str, object], age: int, made_for: Iterable[Sequence[float] | None]
) -> tuple[str, ...]:
    """Why a model's all-clear would not be about this patient: codes of answers, and "age"; empty where it would.

    `age` in whole years; `made_for` are the [youngest, oldest] of the models in force, None where a model says nothing.
    """
    codes = [q.code for q in QUESTIONS.get(modality, ()) if answers.get(q.code) in q.to_reader]
    outside = any(span is not None and not span[0] <= age <= span[1] for span in made_for)
    return (*codes, *(["age"] if outside else []))
