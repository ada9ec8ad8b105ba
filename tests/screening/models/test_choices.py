"""The words of the rules' codes: every code has them, once."""

from __future__ import annotations

from enum import StrEnum

import pytest
from django.db.models import CharField

from screening.models import Consult, Decision, Outcome, Read, TestCase
from screening.models.choices import ACTIONS, FINDINGS, PRIORITIES, Choices
from screening.rules import Action, Priority
from screening.rules.grades import Finding


@pytest.mark.parametrize(("choices", "codes"), [(ACTIONS, Action), (FINDINGS, Finding), (PRIORITIES, Priority)])
def test_every_code_of_a_rule_has_words(choices: Choices, codes: type[StrEnum]) -> None:
    assert [code for code, _words in choices] == list(codes)
    assert all(str(words) for _code, words in choices)


@pytest.mark.parametrize(
    ("model", "column", "choices"),
    [(Decision, "action", ACTIONS), (Outcome, "action", ACTIONS), (Consult, "priority", PRIORITIES),
     (Read, "finding", FINDINGS), (TestCase, "finding", FINDINGS)],
)  # fmt: skip
def test_a_column_holds_the_codes_of_its_rule(model: type, column: str, choices: Choices) -> None:
    field = model._meta.get_field(column)  # type: ignore[attr-defined]
    assert isinstance(field, CharField)
    assert list(field.choices or []) == choices
