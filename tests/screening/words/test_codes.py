"""Every code there is has words."""

from __future__ import annotations

from screening.rules import questionnaire
from screening.visit.answers import UNOBTAINABLE
from screening.words import codes, sentences


def test_every_code_has_words() -> None:
    assert set(codes.UNOBTAINABLE) == set(UNOBTAINABLE)
    assert set(codes.FOR_EYES) | set(codes.FOR_CHEST) == set(UNOBTAINABLE)
    symptoms = {q.code for asked in questionnaire.QUESTIONS.values() for q in asked if q.symptom or q.danger}
    assert symptoms == set(codes.TOLD)
    to_reader = {q.code for asked in questionnaire.QUESTIONS.values() for q in asked if q.to_reader}
    assert to_reader | {"age"} == set(codes.BEYOND)
    for modality in ("fundus", "chest"):
        for reason in codes.UNGRADABLE:
            assert all(sentences.ungradable(reason, modality))
