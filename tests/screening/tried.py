"""Readers tried with test cases: read whole, hidden among patients, sat as an exam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import User
from screening.models import Consult, Read, Setting, TestCase, TestSet
from screening.readers import exams, hidden_consults
from screening.reading import desk
from tests.cast import Cast
from tests.factories import both_eyes


def reads(user: User, consult: Consult, first: dict, final: dict | None = None) -> Read:
    mine = desk.claim(user, consult.pk)
    if desk.wants_impression(user, mine):
        desk.impression(user, mine, both_eyes(first))
    return desk.submit(user, mine, both_eyes(final or first))


def hidden(cast: Cast, test_set: TestSet, number: int, user: User | None = None) -> Consult:
    return hidden_consults.hide(user or cast.olivia, test_set.cases.get(number=number), Setting.HIDDEN)


def sit(user: User, test_set: TestSet, grades: Callable[[TestCase], dict]) -> Any:
    sitting = exams.start(user, test_set)
    for given in list(exams.unread(sitting.given_cases)):
        reads(user, given.consult, grades(given.case))
    sitting.refresh_from_db()
    return sitting


def truth(case: TestCase) -> dict:
    return dict(case.truth["OD"])
