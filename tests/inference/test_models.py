"""A run is the job itself: submitted once, claimed by one, written by its holder alone, given up after three tries."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from inference.models import MAX_ATTEMPTS, ModelVersion, Run

pytestmark = pytest.mark.django_db
PHOTO, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def versions(db: None) -> list[ModelVersion]:
    return [
        ModelVersion.objects.create(
            sha256=sha256(purpose.encode()).hexdigest(), name=purpose, version="1", modality="fundus", purpose=purpose,
            manifest={}, exam={},
        )
        for purpose in ("gate", "finding")
    ]  # fmt: skip


def lapse() -> None:
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_photo_is_queued_once_per_model(versions: list[ModelVersion]) -> None:
    for _ in range(3):
        Run.objects.submit(PHOTO, versions)
    Run.objects.submit(OTHER, versions[:1])
    assert Run.objects.filter(display_sha256=PHOTO).count() == 2
    assert Run.objects.count() == 3


def test_submitting_again_leaves_what_is_known_alone(versions: list[ModelVersion]) -> None:
    Run.objects.submit(PHOTO, versions)
    for run in Run.objects.claim(PHOTO):
        assert run.finish(score=0.4)
    Run.objects.submit(PHOTO, versions)
    assert set(Run.objects.values_list("state", "score")) == {("done", 0.4)}


def test_a_claim_takes_all_runs_of_a_photo_for_one_worker(versions: list[ModelVersion], settings: Any) -> None:
    settings.FIELDLIGHT_LEASE_SECONDS = 60
    Run.objects.submit(PHOTO, versions)
    Run.objects.submit(OTHER, versions)
    mine = Run.objects.claim(PHOTO)
    assert {run.display_sha256 for run in mine} == {PHOTO}
    assert len({run.token for run in mine}) == 1
    assert {run.attempts for run in mine} == {1}
    assert all(timedelta(seconds=55) < run.lease_until - timezone.now() <= timedelta(seconds=60) for run in mine)
    assert Run.objects.claim(PHOTO) == []
    assert len(Run.objects.claim(OTHER)) == 2


def test_a_lapsed_lease_can_be_taken_and_the_late_writer_is_refused(versions: list[ModelVersion]) -> None:
    Run.objects.submit(PHOTO, versions[:1])
    [late] = Run.objects.claim(PHOTO)
    lapse()
    [now] = Run.objects.claim(PHOTO)
    assert now.pk == late.pk
    assert now.attempts == 2
    assert not late.finish(score=0.1)
    assert not late.stumble("too_late")
    assert now.finish(score=0.9)
    assert not late.finish(score=0.1)
    assert not now.finish(score=0.2)  # a result is written once
    run = Run.objects.get()
    assert (run.state, run.score, run.token) == ("done", 0.9, None)
    assert run.finished_at is not None


def test_a_late_writer_whose_lease_nobody_took_still_writes(versions: list[ModelVersion]) -> None:
    Run.objects.submit(PHOTO, versions[:1])
    [late] = Run.objects.claim(PHOTO)
    lapse()
    assert late.finish(score=0.3)


def test_a_run_without_a_token_writes_nothing(versions: list[ModelVersion]) -> None:
    Run.objects.submit(PHOTO, versions[:1])
    assert not Run.objects.get().finish(score=0.1)
    assert Run.objects.get().state == "queued"


def test_three_stumbles_and_it_has_failed(versions: list[ModelVersion]) -> None:
    Run.objects.submit(PHOTO, versions[:1])
    for attempt in range(1, MAX_ATTEMPTS + 1):
        [run] = Run.objects.claim(PHOTO)
        assert run.stumble("x" * 100)
        seen = Run.objects.get()
        assert (seen.attempts, seen.state) == (attempt, "failed" if attempt == 3 else "queued")
        assert seen.error == "x" * 60
    assert Run.objects.claim(PHOTO) == []
    assert Run.objects.give_up() == []


def test_a_retry_that_works_leaves_no_error(versions: list[ModelVersion]) -> None:
    Run.objects.submit(PHOTO, versions[:1])
    Run.objects.claim(PHOTO)[0].stumble("assessment_error")
    Run.objects.claim(PHOTO)[0].finish(score=0.2)
    assert set(Run.objects.values_list("state", "error", "attempts")) == {("done", "", 2)}


def test_a_worker_that_dies_three_times_is_given_up(versions: list[ModelVersion]) -> None:
    Run.objects.submit(PHOTO, versions)
    Run.objects.submit(OTHER, versions)
    for _ in range(MAX_ATTEMPTS):
        assert Run.objects.give_up() == []
        assert len(Run.objects.claim(PHOTO)) == 2
        lapse()
    last = Run.objects.filter(display_sha256=PHOTO).first()
    assert Run.objects.claim(PHOTO) == []
    assert Run.objects.give_up() == [PHOTO]
    assert Run.objects.give_up() == []
    assert set(Run.objects.filter(display_sha256=PHOTO).values_list("state", "error")) == {("failed", "worker_died")}
    assert not last.finish(score=0.1)  # it was not dead, only slow: too late, a human looks
    assert Run.objects.filter(display_sha256=OTHER, state="queued").count() == 2


def test_what_the_sweep_rings_for(versions: list[ModelVersion], settings: Any) -> None:
    settings.FIELDLIGHT_SWEEP_SECONDS, settings.FIELDLIGHT_LEASE_SECONDS = 10, 30
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        Run.objects.submit(PHOTO, versions[:1])
        assert Run.objects.stalled().count() == 1  # nobody rang yet
        Run.objects.dispatched(PHOTO)
        assert Run.objects.stalled().count() == 0
        clock.shift(timedelta(seconds=31))
        assert Run.objects.stalled().count() == 1  # the message must have been lost
        Run.objects.claim(PHOTO)
        assert Run.objects.stalled().count() == 0  # somebody is at it
        clock.shift(timedelta(seconds=31))
        assert Run.objects.stalled().count() == 1  # and fell silent
        Run.objects.claim(PHOTO)[0].stumble("x")
        assert Run.objects.stalled().count() == 1  # tried again soon, not after another quiet time
        Run.objects.claim(PHOTO)[0].finish(score=0.1)
        clock.shift(timedelta(days=1))
        assert Run.objects.stalled().count() == 0
