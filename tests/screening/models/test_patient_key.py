"""What patients are found by: how people type, on every database; nothing readable is kept."""

from __future__ import annotations

from typing import Any

import pytest

from screening.models import Patient, PatientKey
from screening.models.patient_key import hashed
from tests import factories as make
from tests.cast import Cast


def found(typed: str) -> list[str]:
    return [one.name for one in Patient.objects.matching(typed).order_by("rank", "name")]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Élodie Ngoma", "élodie"), ("Élodie Ngoma", "elodie"), ("José", "José"), ("O’Brien", "O'Brien"),
        ("O’Brien", "obrien"), ("O’Brien", "O Brien"), ("أحمد", "احمد"), ("فاطمة الزهراء", "فاطمه"),
        ("फ़ातिमा", "फ़ातिमा"), ("फ़ातिमा", "फातिमा"), ("हिन्दी", "हिंदी"),
        ("Jean-Pierre", "jean pierre"), ("Al Hassan", "alhassan"), ("Alhassan", "al-hassan"),
        ("عبد الرحمن", "عبدالرحمن"),
        ("Fatuma Ali", "Fatma"), ("Fatma Ali", "Fatuma"), ("Amina", "Amnia"), ("Amina", "Emina"), ("Amina", "Amin"),
        ("Amin", "Amina"), ("Amina", "mina"), ("Nyambura", "nyam"), ("Venkateswaran", "venkateswar"), ("Bo", "bo"),
        ("Ada Nyambura", "nyambura ada"), ("Ada Nyambura", "ada n"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_spelt(cast: Cast, name: str, typed: str) -> None:
    make.enrolled(cast.north, name=name)
    make.enrolled(cast.north, name="Zuberi Xolo")
    assert found(typed) == [name]


@pytest.mark.parametrize("typed", ["Amena Xolo", "Zz", "Amina Zuberi", "Amnai Nyamb", "राम"])
def test_every_word_must_fit(cast: Cast, typed: str) -> None:
    make.enrolled(cast.north, name="Amina Hassan")
    make.enrolled(cast.north, name="रमा")
    assert found(typed) == []


@pytest.mark.parametrize("kept", ["0712 345 678", "+254712345678", "00254 712 345 678"])
@pytest.mark.parametrize(
    "typed", ["0712345678", "+254 712 345 678", "0712 345 678", "٠٧١٢٣٤٥٦٧٨", "0712 345", "5678", "Amina 0712345678"]
)
def test_a_telephone_is_found_in_any_form(cast: Cast, kept: str, typed: str) -> None:
    make.enrolled(cast.north, name="Amina", phone=kept)
    make.enrolled(cast.north, name="Bo", phone="0799 111 222")
    assert found(typed) == ["Amina"]


def test_a_telephone_of_eight_digits_is_found_with_its_country_and_without(cast: Cast) -> None:
    make.enrolled(cast.north, name="Short", phone="90 12 34 56")
    make.enrolled(cast.north, name="Long", phone="+228 90 12 34 56")
    for typed in ("90123456", "+228 90123456"):
        assert set(found(typed)) == {"Long", "Short"}


@pytest.mark.parametrize("typed", ["KH-0042", "kh-0042", "KH 0042", "kh0042", "kh-00", "0042", "٠٠٤٢"])
def test_a_local_number_is_found_in_any_form(cast: Cast, typed: str) -> None:
    make.enrolled(cast.north, name="Amina", local_id="KH-0042")
    make.enrolled(cast.north, name="Bo", local_id="KH-1142")
    assert found(typed) == ["Amina"]


def test_a_slip_is_found_by_its_code(cast: Cast) -> None:
    visit = make.visit(cast.eye, patient=make.enrolled(cast.north, name="Amina"))
    make.visit(cast.eye, patient=make.enrolled(cast.north, name="Bo"))
    for typed in (f"https://x.org/encounters/{visit.pk}/", str(visit.pk), str(visit.pk)[:8], visit.patient.pseudonym):
        assert found(typed) == ["Amina"], typed


def test_the_best_come_first(cast: Cast) -> None:
    for name in ("Maria", "Mariam", "Mario", "Maria Lopez"):
        make.enrolled(cast.north, name=name)
    assert found("maria") == ["Maria", "Maria Lopez", "Mariam", "Mario"]


@pytest.mark.parametrize("typed", ["", "  ", "'", "-", "%", "_", "\ud800", "x" * 5000, "a b c " * 500])
def test_nothing_that_is_typed_is_too_odd(cast: Cast, typed: str) -> None:
    make.enrolled(cast.north, name="Amina")
    assert found(typed) in (["Amina"], [])


def test_nothing_readable_is_kept(cast: Cast) -> None:
    make.enrolled(cast.north, name="Amina", phone="0712345678", local_id="KH-7")
    fields = {field.name for field in PatientKey._meta.get_fields()}
    assert fields == {"pk", "value", "patient"}
    assert {type(value) for value in PatientKey.objects.values_list("value", flat=True)} == {int}


def test_the_keys_are_of_this_installation(settings: Any) -> None:
    here = hashed(["w:amina"])
    settings.FIELDLIGHT_SEALING_KEY = "another"
    assert hashed(["w:amina"]) != here
