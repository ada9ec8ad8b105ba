"""Doorbells and the sweep: a message is only a bell; the rows are the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from inference.models import Run
from inference.woken import wake
from screening import tasks
from screening.models import Consult, Decision, Encounter
from tests import factories as make
from tests.cast import Cast
from tests.factories import PENDING


def queued(cast: Cast) -> Any:
    make.models(cast.chest)
    encounter = make.visit(cast.chest)
    return make.pictured(encounter, "CXR", PENDING)


def test_the_bell_rings_after_the_commit_and_is_noted(
    cast: Cast, bells: list, django_capture_on_commit_callbacks: Any
) -> None:
    image = queued(cast)
    with django_capture_on_commit_callbacks(execute=True):
        with tasks.edge():
            wake("photo", image.display_sha256)
            wake("visit", image.encounter_id)
        assert bells == []
    assert bells == [("assess", image.display_sha256), ("decide", str(image.encounter_id))]
    assert not Run.objects.filter(dispatched_at=None).exists()
    assert not Run.objects.stalled().exists()


@pytest.mark.parametrize("error", [OperationalError("down"), ConnectionRefusedError(), OSError("no space left")])
def test_a_broker_that_is_down_is_not_an_error(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, error: Exception
) -> None:
    def refuses(**said: str) -> None:
        raise error

    monkeypatch.setattr(tasks.assess, "delay", refuses)
    monkeypatch.setattr(tasks.decide, "delay", refuses)
    image = queued(cast)
    with django_capture_on_commit_callbacks(execute=True), tasks.edge():
        wake("photo", image.display_sha256)
        wake("visit", image.encounter_id)
    assert Run.objects.stalled().count() == 2  # the sweep will ring again
    assert image.encounter in Encounter.objects.undecided()


def test_assess_decides_every_visit_the_photo_belongs_to(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make.models(cast.chest)
    visits = [make.visit(cast.chest) for _ in range(2)]
    image, _ = (make.pictured(v, "CXR", PENDING, photo="ab" * 32) for v in visits)
    monkeypatch.setattr(tasks, "execute", lambda photo, aside=False: make.assessed(image, 0.9))
    tasks.assess(photo=image.display_sha256)
    assert [v.decision().action for v in visits] == ["refer", "refer"]


def test_a_visit_that_cannot_be_decided_does_not_stop_the_others(
    cast: Cast, bells: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.models(cast.chest)
    visits = [make.visit(cast.chest) for _ in range(3)]
    for encounter in visits:
        make.pictured(encounter, "CXR", 0.9)
        make.hand_in(encounter.started_by, encounter)
    poisoned, real = visits[1].pk, tasks.triage

    def triage(encounter_id: object) -> object:
        if str(encounter_id) == str(poisoned):
            raise ValueError("a bug")
        return real(encounter_id)

    monkeypatch.setattr(tasks, "triage", triage)
    tasks.sweep()
    assert {d.encounter_id for d in Decision.objects.all()} == {visits[0].pk, visits[2].pk}
    later = Encounter.objects.get(pk=poisoned).triage_due_at
    assert later > timezone.now()  # at the end of the queue, not forgotten
    monkeypatch.setattr(tasks, "triage", real)
    Encounter.objects.filter(pk=poisoned).update(triage_due_at=timezone.now())
    tasks.sweep()
    assert Consult.objects.count() == 3


def test_the_sweep_rings_for_what_nobody_rang_for(cast: Cast, bells: list) -> None:
    image = queued(cast)
    tasks.sweep()
    assert bells == [("assess", image.display_sha256)]
    tasks.sweep()
    assert len(bells) == 1  # rung just now: the message may still be under way
    Run.objects.update(dispatched_at=timezone.now() - timedelta(minutes=5))
    tasks.sweep()
    assert bells == [("assess", image.display_sha256)] * 2


def test_the_sweep_rings_for_a_worker_that_fell_silent(cast: Cast, bells: list) -> None:
    image = queued(cast)
    Run.objects.claim(image.display_sha256)
    Run.objects.update(dispatched_at=None)
    tasks.sweep()
    assert bells == []  # it is being assessed
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    assert bells == [("assess", image.display_sha256)]


def test_what_killed_its_worker_three_times_is_seen_by_a_human(cast: Cast, bells: list) -> None:
    image = queued(cast)
    for _ in range(3):
        assert len(Run.objects.claim(image.display_sha256)) == 2
        Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert Run.objects.claim(image.display_sha256) == []
    tasks.sweep()
    assert set(Run.objects.values_list("state", "error")) == {("failed", "worker_died")}
    assert image.encounter.decision().reason == "assessment_failed"
    make.hand_in(image.encounter.started_by, image.encounter)
    tasks.sweep()
    assert Consult.objects.get().priority == "review"


def test_the_sweep_decides_what_waits_longest_first(cast: Cast, bells: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SWEEP_AT_MOST", 2)
    now = timezone.now()
    visits = [make.visit(cast.chest) for _ in range(4)]
    for minutes, encounter in enumerate(visits):
        Encounter.objects.filter(pk=encounter.pk).update(triage_due_at=now - timedelta(minutes=minutes))
    tasks.sweep()
    assert {d.encounter_id for d in Decision.objects.all()} == {visits[2].pk, visits[3].pk}
    tasks.sweep()
    assert Decision.objects.count() == 4


def test_the_sweep_leaves_what_is_due_later(cast: Cast, bells: list) -> None:
    encounter = make.visit(cast.chest)
    Encounter.objects.filter(pk=encounter.pk).update(triage_due_at=timezone.now() + timedelta(seconds=30))
    tasks.sweep()
    assert not Decision.objects.exists()


def test_a_model_put_in_force_later_is_rung_for_by_the_decision(cast: Cast, rung_by: Any) -> None:
    make.models(cast.chest)
    encounter = make.visit(cast.chest)
    image = make.pictured(encounter, "CXR", 0.9)
    make.models(cast.chest)
    assert rung_by(lambda: tasks.decide(encounter_id=str(encounter.pk))) == [("assess", image.display_sha256)]
    assert rung_by(lambda: tasks.decide(encounter_id=str(encounter.pk))) == []


def test_decide_is_triage(cast: Cast) -> None:
    make.models(cast.chest)
    encounter = make.visit(cast.chest)
    make.pictured(encounter, "CXR", 0.9)
    tasks.decide(encounter_id=str(encounter.pk))
    tasks.decide(encounter_id=str(encounter.pk))
    assert Decision.objects.get().action == "refer"
