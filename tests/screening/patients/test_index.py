"""What patients are found by stays in step with what is told of them, and those of earlier releases are taken in."""

from __future__ import annotations

import pytest

from screening.models import Patient, PatientKey
from screening.patients.index import local_number_taken, reindex, reindex_all
from screening.refusal import Refused
from tests import factories as make
from tests.cast import Cast


def found(typed: str) -> set[str]:
    return {one.name for one in Patient.objects.matching(typed)}


def test_a_corrected_name_is_found_and_the_old_one_is_not(cast: Cast) -> None:
    patient = make.enrolled(cast.north, name="Amina", local_id="7")
    patient.name, patient.local_id = "Zuberi", "8"
    patient.save()
    reindex(patient)
    assert (found("amina"), found("zuberi")) == (set(), {"Zuberi"})
    assert not local_number_taken(cast.north, "7") and local_number_taken(cast.north, "٨")


def forgotten(**facts: str) -> None:
    """As a release before this one left somebody."""
    PatientKey.objects.all().delete()
    Patient.objects.update(local_key=None, local_twin=False)
    for name, local_id in facts.items():
        Patient.objects.filter(name=name).update(local_id=local_id)


def test_patients_of_earlier_releases_are_indexed_once(cast: Cast) -> None:
    for name in ("Amina", "Zuberi"):
        make.enrolled(cast.north, name=name)
    forgotten()
    assert found("amina") == set()
    assert (reindex_all(), reindex_all(), found("amina")) == (2, 0, {"Amina"})


def test_two_of_an_earlier_release_under_one_number_both_stay_and_no_third_comes(cast: Cast) -> None:
    for name in ("Amina", "Zuberi", "Bo"):
        make.enrolled(cast.north, name=name)
    forgotten(Amina="KH-42", Zuberi="kh 42", Bo="43")
    reindex_all()
    reindex_all(everybody=True)
    assert {one.name: one.local_twin for one in Patient.objects.all()} == {"Amina": False, "Zuberi": True, "Bo": False}
    with pytest.raises(Refused):
        make.enrolled(cast.north, name="Third", local_id="KH42")


@pytest.mark.parametrize(("first", "second"), [("KH-0042", "kh-0042"), ("42", "٤٢"), ("N 7", "n7")])
def test_a_number_written_otherwise_is_the_same_number(cast: Cast, first: str, second: str) -> None:
    make.enrolled(cast.north, local_id=first)
    with pytest.raises(Refused) as refused:
        make.enrolled(cast.north, local_id=second)
    assert refused.value.code == "local_id_taken"
    assert make.enrolled(cast.south, local_id=second).local_id == second


def test_numbers_that_differ_in_a_leading_zero_are_two(cast: Cast) -> None:
    make.enrolled(cast.north, local_id="042")
    assert make.enrolled(cast.north, local_id="42").local_id == "42"
