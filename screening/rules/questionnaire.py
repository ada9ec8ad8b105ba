"""What a patient's answers to the questionnaire mean for triage. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from screening.rules.declaration import Question
from screening.rules.modality import MODALITIES
from screening.rules.texts import untranslated as _

AGE = _("of an age the computer was not tested on")


def questions(modality: str) -> tuple[Question, ...]:
    """What is asked in programmes of this modality, in order."""
    declared = MODALITIES.get(modality)
    return declared.questions if declared else ()


def told(modality: str, answers: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The symptoms and the danger signs a patient told, as codes, from the questionnaire's answers."""
    asked = questions(modality)
    symptoms = tuple(q.code for q in asked if q.symptom and answers.get(q.code) is True)
    dangers = tuple(q.code for q in asked if q.danger and answers.get(q.code) is True)
    return symptoms, dangers


def beyond_model(
    modality: str, answers: Mapping[str, object], age: int, made_for: Iterable[Sequence[float] | None]
) -> tuple[str, ...]:
    """Why a model's all-clear would not be about this patient: codes of answers, and "age"; empty where it would.

    `age` in whole years; `made_for` are the [youngest, oldest] of the models in force, None where a model says nothing.
    """
    codes = [q.code for q in questions(modality) if answers.get(q.code) in q.to_reader]
    outside = any(span is not None and not span[0] <= age <= span[1] for span in made_for)
    return (*codes, *(["age"] if outside else []))


def words_told(modality: str) -> dict[str, str]:
    """Code to text of every symptom and danger sign a patient may tell."""
    return {q.code: q.told for q in questions(modality) if q.told}


def words_beyond(modality: str) -> dict[str, str]:
    """Code to text of everything for which a clear photo alone sends nobody home."""
    return {"age": AGE} | {q.code: q.beyond for q in questions(modality) if q.beyond}
