"""Who may be screened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screening import rules
from screening.rules import Ineligible, Protocol

EYE = Protocol(views=("OD", "OS"), retakes_allowed=2, recall_months=12)
CHEST = Protocol(views=("CXR",), retakes_allowed=1, recall_months=6, symptoms_refer=True, age_min=15)
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
