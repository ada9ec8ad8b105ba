"""Whole readings of a consult, as a reader at the desk gives them."""

from __future__ import annotations

from accounts.models import User
from screening.models import Consult, Read
from screening.reading import desk
from tests.factories import MODERATE_EYE, NORMAL_EYE, PROLIFERATIVE_EYE, both_eyes

NORMAL, MODERATE, URGENT = both_eyes(NORMAL_EYE), both_eyes(MODERATE_EYE), both_eyes(PROLIFERATIVE_EYE)


def reads(user: User, consult: Consult, grades: dict, advice: str = "", impression: dict | None = None) -> Read:
    """A whole reading: claim, first impression, final read."""
    mine = desk.claim(user, consult.pk)
    desk.impression(user, mine, impression or grades)
    return desk.submit(user, mine, grades, advice)


def now_of(consult: Consult) -> Consult:
    return Consult.objects.get(pk=consult.pk)
