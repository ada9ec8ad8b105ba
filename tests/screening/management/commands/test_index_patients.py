"""The search after the sealing key was changed."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command

from screening.models import Patient, PatientKey
from screening.patients.index import local_number_taken
from tests import factories as make
from tests.cast import Cast


def test_another_sealing_key_has_everybody_indexed_again(cast: Cast, settings: Any) -> None:
    make.enrolled(cast.north, name="Amina", local_id="7")
    settings.FIELDLIGHT_SEALING_KEY = "another"
    assert not Patient.objects.matching("amina")
    call_command("index_patients")
    assert Patient.objects.matching("amina") and local_number_taken(cast.north, "7")


def test_everybody_is_indexed_on_request(cast: Cast) -> None:
    make.enrolled(cast.north, name="Amina")
    before = PatientKey.objects.count()
    call_command("index_patients", "--all")
    assert PatientKey.objects.count() == before
