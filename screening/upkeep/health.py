"""Is the installation well? Read from the rows, which are the queue; nothing here changes anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import Error, connection
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditChain
from inference.models import Run
from screening.models import Certificate, Consult, Encounter, Read
from screening.upkeep import deliveries

# The sweep rings every few seconds for whatever waits: what it has not touched for so long, it does not see.
LATE_AFTER = timedelta(minutes=3)
SWEPT = "last-sweep"


@dataclass(frozen=True)
class Queue:
    """The runs that wait or run, and what the sweep should have seen to."""

    queued: int = 0
    running: int = 0
    failed: int = 0
    oldest: datetime | None = None
    forgotten: int = 0
    undecided: int = 0


@dataclass(frozen=True)
class Health:
    """One look at everything. `problems` are sentences for the administrator; none means well."""

    at: datetime
    database: bool
    storage: bool
    free: int | None
    queue: Queue
    overdue: int
    audit_events: int
    swept: datetime | None = None
    stuck: int = 0
    custody: deliveries.Open = field(default_factory=deliveries.Open)

    @property
    def oldest_wait(self) -> timedelta | None:
        return self.at - self.queue.oldest if self.queue.oldest else None

    @property
    def problems(self) -> list[str]:
        minutes = LATE_AFTER // timedelta(minutes=1)
        found = [
            (not self.database, _("The database does not answer.")),
            (not self.storage, _("Photos cannot be stored: the disk is full, missing or read-only.")),
            (self.queue.forgotten > 0, _("Photos wait; no worker was rung for %(n)d minutes: is it running?")),
            (bool(self.swept and self.swept < self.at - LATE_AFTER),
             _("The sweep has not run for %(n)d minutes: is the worker running?")),
            (self.custody.unsettled > 0, _("Deliveries of phones wait over %(n)d minutes: is the sweep running?")),
            (self.queue.undecided > 0, _("Visits wait over %(n)d minutes for a decision: is the sweep running?")),
        ]  # fmt: skip
        told = [sentence % {"n": minutes} for wrong, sentence in found if wrong]
        if self.stuck:
            told.append(
                _("%(n)d disagreements have no adjudicator who has not read them: certify another reader.")
                % {"n": self.stuck}
            )
        return told

    @property
    def well(self) -> bool:
        return not self.problems

    def facts(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        wait = self.oldest_wait
        return {
            "status": "ok" if self.well else "failing", "problems": self.problems, "at": self.at.isoformat(),
            "database": self.database, "storage": self.storage, "free_bytes": self.free,
            "queued": self.queue.queued, "running": self.queue.running, "failed": self.queue.failed,
            "oldest_wait_seconds": round(wait.total_seconds()) if wait else None,
            "forgotten": self.queue.forgotten, "undecided": self.queue.undecided,
            "last_sweep": self.swept.isoformat() if self.swept else None,
            "deliveries": asdict(self.custody), "overdue_referrals": self.overdue, "audit_events": self.audit_events,
        }  # fmt: skip


def swept() -> None:
    """The sweep says that it lives."""
    cache.set(SWEPT, timezone.now(), None)


def look() -> Health:
    """Look at everything. Never raises: what cannot be asked counts as not well."""
    now = timezone.now()
    stored, free = _storage()
    try:
        connection.ensure_connection()
        queue, overdue = _queue(now), _overdue(now)
        events = AuditChain.objects.values_list("length", flat=True).first() or 0
    except Error:
        return Health(now, False, stored, free, Queue(), 0, 0)
    return Health(
        now, True, stored, free, queue, overdue, events, cache.get(SWEPT), _stuck(), deliveries.count(LATE_AFTER)
    )


def _queue(now: datetime) -> Queue:
    open_runs = Q(state__in=[Run.State.QUEUED, Run.State.LEASED])
    counts = Run.objects.aggregate(
        queued=Count("pk", filter=Q(state=Run.State.QUEUED)), running=Count("pk", filter=Q(state=Run.State.LEASED)),
        failed=Count("pk", filter=Q(state=Run.State.FAILED, aside=False)), oldest=Min("created_at", filter=open_runs),
    )  # fmt: skip
    rung = Run.objects.claimable().annotate(rung=Coalesce(F("dispatched_at"), F("created_at")))
    late = Encounter.objects.filter(triage_due_at__lt=now - LATE_AFTER)
    return Queue(**counts, forgotten=rung.filter(rung__lt=now - LATE_AFTER).count(), undecided=late.count())


def _stuck() -> int:
    """Disagreements that nobody may settle: every certified adjudicator has read them already."""
    in_force = Q(expires_on=None) | Q(expires_on__gte=timezone.localdate())
    read_it = Read.objects.filter(consult=OuterRef(OuterRef("pk")), stage=Read.Stage.FINAL).values("reader_id")
    free = (
        Certificate.objects.filter(in_force, programme=OuterRef("encounter__programme"), adjudicates=True)
        .filter(reader__is_active=True)
        .exclude(reader_id__in=read_it)
    )
    return Consult.objects.filter(~Exists(free), state=Consult.State.DISPUTED).count()


def _overdue(now: datetime) -> int:
    return Consult.objects.exclude(state=Consult.State.CLOSED).filter(due_at__lt=now).count()


def _storage() -> tuple[bool, int | None]:
    """Whether photos can be stored, and how many bytes are free (None where the storage is elsewhere)."""
    if not isinstance(default_storage, FileSystemStorage):
        return _answers(lambda: default_storage.exists("health")), None
    place = default_storage.location
    while not os.path.isdir(place):  # made with the first photo
        place = os.path.dirname(place)
    free = shutil.disk_usage(place).free
    return os.access(place, os.W_OK) and free >= settings.FIELDLIGHT_RESERVE_MB * 1_000_000, free


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Exception:  # noqa: BLE001 - any storage, any way of being down
        return False
    return True
