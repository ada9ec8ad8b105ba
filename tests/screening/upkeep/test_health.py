"""What is wrong with the installation is seen before a patient pays for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache

from screening import tasks
from screening.models import Certificate, Consult, Read
from screening.upkeep import health
from tests import factories
from tests.cast import Cast


@pytest.fixture(autouse=True)
def forgotten_afterwards() -> Iterator[None]:
    yield
    cache.clear()


@pytest.mark.django_db
def test_a_sweep_that_stopped_makes_the_installation_unwell_within_minutes() -> None:
    with time_machine.travel(datetime(2026, 3, 1, 8, 0, tzinfo=UTC), tick=False):
        tasks.sweep()
        assert health.look().well
    with time_machine.travel(datetime(2026, 3, 1, 8, 4, tzinfo=UTC), tick=False):
        assert any("sweep" in problem for problem in health.look().problems)


@pytest.mark.django_db
def test_a_disagreement_nobody_may_settle_is_said(cast: Cast) -> None:
    factories.models(cast.eye)
    consult = factories.referred(cast.eye, cast.north)
    for reader, finding in ((cast.olivia, "normal"), (cast.adele, "urgent")):
        Read.objects.create(consult=consult, reader=reader, stage=Read.Stage.FINAL, grades={}, finding=finding)
    Consult.objects.filter(pk=consult.pk).update(state=Consult.State.DISPUTED)
    assert any("adjudicator" in problem for problem in health.look().problems)
    certificate = Certificate.objects.get(reader=cast.oscar, programme=cast.eye)
    Certificate.objects.filter(pk=certificate.pk).update(adjudicates=True)
    assert health.look().well
