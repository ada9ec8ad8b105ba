"""Is it one of these? Asked among the people one may see, with facts alone."""

from __future__ import annotations

from typing import Any

import pytest

from screening.models import Patient
from screening.patients.similar import similar
from tests import factories as make
from tests.cast import Cast

TYPED: dict[str, Any] = {"name": "Amina Hassan", "sex": "female", "birth_year": 1968, "phone": "0712 345 678"}


@pytest.fixture
def amina_hassan(cast: Cast) -> Patient:
    return make.enrolled(cast.north, **TYPED)


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"name": "amina hássan"}, {"name": "Hassan Amina"}, {"name": "Amina Hasan", "phone": ""},
        {"birth_year": 1969},
        {"phone": "+254712345678"}, {"phone": "0799 111 222"}, {"name": "Amina"}, {"name": "أمينة حسن"},
    ],
)  # fmt: skip
def test_a_twin_is_offered(cast: Cast, amina_hassan: Patient, typed: dict[str, Any]) -> None:
    assert similar(cast.amina, cast.north, TYPED | typed) == [amina_hassan]


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Zuberi Xolo"},
        {"name": "Zainab Hassan", "birth_year": 1992},
        {"name": "Asha Hassan", "birth_year": 1969},
        {"birth_year": 1974},
        {"name": "Amina Hussein"},
    ],
)
def test_mother_and_daughter_on_one_telephone_are_two_people(
    cast: Cast, amina_hassan: Patient, typed: dict[str, Any]
) -> None:
    assert similar(cast.amina, cast.north, TYPED | typed) == []


def test_nobody_is_offered_whom_one_may_not_see(cast: Cast, amina_hassan: Patient) -> None:
    assert similar(cast.benjamin, cast.south, TYPED) == []
    Patient.objects.update(origin="test")
    assert similar(cast.amina, cast.north, TYPED) == []


def test_the_likest_come_first_five_at_most_with_the_day_of_their_last_visit(cast: Cast) -> None:
    for year in (1968, 1969, 1967, 1968, 1969, 1967):
        make.enrolled(cast.north, **TYPED | {"birth_year": year})
    first = Patient.objects.filter(birth_year=1968).order_by("pk")[0]
    visit = make.visit(cast.eye, patient=first)
    found = similar(cast.amina, cast.north, TYPED)
    assert len(found) == 5 and [one.birth_year for one in found[:2]] == [1968, 1968]
    assert {one.pk: getattr(one, "last_visit", None) for one in found}[first.pk] == visit.day
