"""The page of health: one word for everybody, the details for the administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from inference.models import Run
from screening.models import Encounter
from screening.upkeep import health
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]


def test_everybody_learns_one_word(cast: Cast, signed_in: SignIn) -> None:
    for person in (None, cast.amina, cast.maya, cast.stranger):
        response = signed_in(person).get("/health/")
        assert (response.status_code, response.content) == (200, b"ok")


def test_the_administrator_sees_the_details(work: Cast, signed_in: SignIn) -> None:
    make.pictured(make.visit(work.eye), "OD", make.PENDING)
    assert "All is well." in signed_in(work.tessa).get("/health/").content.decode()
    told = signed_in(work.tessa).get("/health/?format=json").json()
    assert (told["status"], told["queued"], told["database"], told["storage"]) == ("ok", 2, True, True)
    assert told["audit_events"] == AuditEvent.objects.count()


def test_a_queue_nobody_rings_for_is_failing(work: Cast, signed_in: SignIn) -> None:
    image = make.pictured(make.visit(work.eye), "OD", make.PENDING)
    Run.objects.filter(display_sha256=image.display_sha256).update(created_at=timezone.now() - 2 * health.LATE_AFTER)
    response = signed_in(None).get("/health/")
    assert (response.status_code, response.content) == (503, b"failing")
    told = signed_in(work.tessa).get("/health/?format=json").json()
    assert told["forgotten"] == 2
    assert "no worker was rung" in told["problems"][0]
    Run.objects.dispatched(image.display_sha256)  # the sweep is alive: the queue is only long
    assert signed_in(None).get("/health/").status_code == 200


def test_a_visit_the_sweep_overlooks_is_failing(work: Cast, signed_in: SignIn) -> None:
    Encounter.objects.update(triage_due_at=timezone.now() - 2 * health.LATE_AFTER)
    assert signed_in(None).get("/health/").status_code == 503


def test_a_full_disk_is_failing(cast: Cast, signed_in: SignIn, settings: Any) -> None:
    settings.FIELDLIGHT_RESERVE_MB = 10**9
    assert signed_in(None).get("/health/").status_code == 503


def test_a_database_that_does_not_answer_is_failing_not_an_error(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_queue", refuse)
    for person in (None, cast.tessa):
        response = signed_in(person).get("/health/")
        assert (response.status_code, response.content) == (503, b"failing")
