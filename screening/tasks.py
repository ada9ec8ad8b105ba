"""Doorbells and the sweep. The rows are the queue: a lost message costs one sweep and not a patient."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db.models.functions import Coalesce
from django.utils import timezone
from kombu.exceptions import OperationalError

from inference import woken
from inference.execute import execute
from inference.models import Run
from screening.models import Encounter
from screening.offline import inbox, uploads
from screening.protocol.drift_watch import watch
from screening.reading import overdue
from screening.triage.decide import triage
from screening.upkeep import health

logger = logging.getLogger(__name__)
SWEEP_AT_MOST = 200


def ring(kind: str, name: str) -> None:
    """Tell a worker of a photo or a visit that waits. A broker that is down is not an error: the sweep comes by."""
    try:
        if kind == "photo":
            assess.delay(photo=name)
        else:
            decide.delay(encounter_id=name)
    except (OperationalError, OSError) as error:
        logger.warning("the queue does not answer (%s); the sweep will see to it", type(error).__name__)
        return
    if kind == "photo":
        Run.objects.dispatched(name)


def edge() -> AbstractContextManager[None]:
    """Whatever is woken inside is rung for once, after its commit."""
    return woken.edge(ring)


# A message that nobody took within a lease is rung for again: the old one may go.
@shared_task(expires=settings.FIELDLIGHT_LEASE_SECONDS)
def assess(*, photo: str) -> None:
    """Run the models queued for a photo, decide every encounter it belongs to, then run the models on trial."""
    execute(photo)
    _decide_those_with(photo)
    execute(photo, aside=True)


@shared_task
def decide(*, encounter_id: str) -> None:
    with edge():
        triage(encounter_id)


def _decide_those_with(photo: str) -> None:
    for encounter_id in Encounter.objects.filter(images__display_sha256=photo).values_list("pk", flat=True).distinct():
        _decide_or_postpone(encounter_id)


def _decide_or_postpone(encounter_id: UUID) -> None:
    """One encounter that cannot be decided never keeps the others waiting: it goes to the end of the sweep."""
    try:
        with edge():  # a model put in force since then has not seen its photos
            triage(encounter_id)
    except Exception:  # noqa: BLE001 - the outer edge of a task
        logger.exception("encounter %s could not be decided; the sweep will try again", encounter_id)
        later = timezone.now() + timedelta(seconds=settings.FIELDLIGHT_SWEEP_SECONDS)
        Encounter.objects.filter(pk=encounter_id).update(triage_due_at=later, left_at=None)


def _deliver() -> None:
    """Go on with what phones delivered: uploads whose process was killed at the end, items not settled yet."""
    uploads.sweep()
    for upload in uploads.whole():
        _try(partial(inbox.take_over, upload.owner, upload), f"upload {upload.pk}")
    for item in inbox.unsettled():
        _try(partial(inbox.go_on, item), f"item {item.pk}")


def _try(act: Callable[[], object], what: str) -> None:
    """One delivery that fails never keeps the others waiting."""
    try:
        with edge():
            act()
    except Exception:  # noqa: BLE001 - the outer edge of a task
        logger.exception("%s could not be settled; the sweep will try again", what)


def _watch() -> None:
    try:
        watch()
    except Exception:  # noqa: BLE001 - the outer edge of a task: what keeps watch must not keep patients waiting
        logger.exception("the drift watch failed; it will look again")


@shared_task
def sweep() -> None:
    """Ring again for whatever is queued, stalled or undecided; give up on what killed its worker three times.

    Then give what is overdue to a reader by name.
    """
    health.swept()
    _deliver()
    for photo in Run.objects.give_up():
        _decide_those_with(photo)
    stalled = Run.objects.stalled().order_by("created_at").values_list("display_sha256", flat=True)
    for photo in list(dict.fromkeys(stalled[:SWEEP_AT_MOST])):
        ring("photo", photo)
    _watch()
    undecided = Encounter.objects.undecided().order_by(Coalesce("triage_due_at", "left_at"))
    for encounter_id in undecided.values_list("pk", flat=True)[:SWEEP_AT_MOST]:
        _decide_or_postpone(encounter_id)
    overdue.remind(SWEEP_AT_MOST)
