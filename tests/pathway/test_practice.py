"""The demonstration's practice: drawn cases, an exam each, one sitting, one study; made once, counted nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import AuditEvent
from deploy import demo, practice
from screening.models import Certificate, Encounter, Origin, Patient, Sitting, Study, TestCase, TestSet
from tests import factories as make
from tests.cast import Cast


@pytest.mark.usefixtures("store")
def test_practice_is_made_once_and_counted_nowhere(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make.models(cast.eye)
    make.models(cast.chest)
    monkeypatch.setattr(practice, "LEADS", {**practice.LEADS, "tb-chest": "rania"})
    monkeypatch.setattr(practice, "EYES", practice.EYES[:2])
    monkeypatch.setattr(practice, "FILMS", [replace(practice.FILMS[1])])
    monkeypatch.setattr(practice, "SIZE", 512)
    practice.ensure(demo._jpeg, lambda line: None)
    assert list(TestSet.objects.values_list("offered", flat=True)) == [True, True]
    assert not TestCase.objects.filter(drawn=False).exists()
    assert TestCase.objects.filter(suggestion="wrong").count() == 2
    assert set(Certificate.objects.filter(leads_quality=True).values_list("reader__username", flat=True)) == {
        "adele", "rania"
    }  # fmt: skip
    assert set(Study.objects.get().readers.all()) == {cast.olivia, cast.oscar}
    assert {sitting.reader for sitting in Sitting.objects.exclude(finished_at=None)} == {cast.oscar, cast.rafael}
    assert set(Patient.objects.values_list("origin", flat=True)) == {Origin.DRAWN_TEST}
    assert not Encounter.objects.counted().exists()
    before = AuditEvent.objects.count()
    said: list[str] = []
    practice.ensure(demo._jpeg, said.append)
    assert (AuditEvent.objects.count(), said) == (before, [])
