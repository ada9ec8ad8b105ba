"""Prove from the rows and files that no case is lost. Read-only; `manage.py fsck` shows what it finds.

Every visit that was handed in is finished, in a queue that somebody looks at, or on the overdue list; every
picture that was acknowledged has its files, whole, and exactly one run per model in force.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.audit import first_broken
from inference import blobs
from inference.models import ModelVersion, Run
from screening.models import TESTS, Consult, Decision, Encounter, Image, Programme, Read
from screening.photo.sealed_original import SealBroken, unseal
from screening.upkeep import deliveries

GRACE = timedelta(hours=1)  # a file may be on disk for a moment before its row is committed
LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class Finding:
    """Something about one row or file. `wrong`: a promise is broken; otherwise it is only worth knowing."""

    code: str
    subject: str
    sentence: str
    wrong: bool = True


def audit(*, hashes: bool = True) -> Iterator[Finding]:
    """Look at everything. `hashes=False` trusts the files' contents and only looks whether they are there."""
    yield from _database()
    yield from _chain()
    yield from _pictures(hashes)
    yield from _visits()
    yield from (Finding(*told) for told in deliveries.look())
    yield from _orphans()


def _database() -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            said = cursor.execute("PRAGMA quick_check").fetchone()[0]
        if said != "ok":
            yield Finding("database", "database", f"SQLite says: {said}. Restore the last backup.")


def _chain() -> Iterator[Finding]:
    broken = first_broken()
    if broken is not None:
        yield Finding("audit", str(broken), "The audit chain breaks here: altered, removed or slipped in.")


def _pictures(hashes: bool) -> Iterator[Finding]:
    in_force = {p.pk: {v.pk for v in _in_force(p)} for p in Programme.objects.all()}
    for image in Image.objects.select_related("encounter__patient").order_by().iterator(chunk_size=500):
        yield from _files(image, hashes)
        # A test case is read, never triaged; and to what a patient withdrew no model looks any more.
        if image.encounter.patient.origin not in TESTS and image.encounter.withdrawn_at is None:
            yield from _runs(image, in_force[image.encounter.programme_id])


def _in_force(programme: Programme) -> list[ModelVersion]:
    chosen = [programme.model_in_force(purpose) for purpose in ModelVersion.Purpose.values]
    return [version for version in chosen if version]


def _files(image: Image, hashes: bool) -> Iterator[Finding]:
    name = f"image {image.pk}"
    kept = {"display copy": blobs.display(image.display_sha256), "thumbnail": blobs.thumbnail(image.display_sha256),
            "original": blobs.original(image.original_sha256)}  # fmt: skip
    missing = [what for what, blob in kept.items() if not blobs.exists(blob)]
    for what in missing:
        yield Finding("file_missing", name, f"Its {what} is missing: bring {kept[what]} back from the backup.")
    if not hashes:
        return
    if "display copy" not in missing and _sha256(blobs.get(kept["display copy"])) != image.display_sha256:
        yield Finding("file_altered", name, "Its display copy is not the one that was assessed.")
    if "original" not in missing:
        try:
            opened = unseal(blobs.get(kept["original"]), settings.FIELDLIGHT_SEALING_KEY)
        except SealBroken as broken:
            yield Finding("seal", name, f"Its original: {broken}.")
        else:
            if _sha256(opened) != image.original_sha256:
                yield Finding("file_altered", name, "Its original is not the one that was handed in.")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _runs(image: Image, versions: set[str]) -> Iterator[Finding]:
    runs = Counter(Run.objects.filter(display_sha256=image.display_sha256).values_list("model_version_id", flat=True))
    name = f"image {image.pk}"
    for version in sorted(versions):
        if runs[version] != 1:
            # Triage queues what is missing by itself, so this is only wrong once triage has let the visit go.
            pending = runs[version] == 0 and image.encounter.triage_due_at is not None
            sentence = f"It has {runs[version]} runs of model {version[:12]}, not one."
            yield Finding("runs", name, sentence, wrong=not pending)


def _visits() -> Iterator[Finding]:
    """Handed-in visits that are nowhere, then those that are somewhere but late."""
    newest = Decision.objects.filter(encounter=OuterRef("pk")).order_by("-number")
    handed_in = Encounter.objects.exclude(handed_in_at=None).filter(withdrawn_at=None).annotate(
        action=Subquery(newest.values("action")[:1]), reason=Subquery(newest.values("reason")[:1]),
        asked=Exists(Consult.objects.filter(encounter=OuterRef("pk"))),
    )  # fmt: skip
    at_the_site = Q(action="retake") | Q(action="wait", reason__in=["identity", "missing_view"])
    somewhere = Q(asked=True) | Q(triage_due_at__isnull=False) | Q(action="recall") | at_the_site
    lost = handed_in.exclude(pk__in=handed_in.filter(somewhere).values("pk"))
    for pk, site, action, reason in lost.values_list("pk", "site__code", "action", "reason"):
        said = f"{action} ({reason})" if action else "nothing decided"
        yield Finding("lost", f"visit {pk}", f"Handed in at {site}, {said}, and in no queue.")
    yield from _consults()
    yield from _late()


def _consults() -> Iterator[Finding]:
    """A consult is either open without an answer, or closed with one; a correction may open it again.

    A withdrawal closes it, answered or not.
    """
    has_answer = Q(outcome__isnull=False)
    closed = Q(state=Consult.State.CLOSED)
    corrected = Q(pk__in=Read.objects.exclude(amends="").values("consult_id"))
    for consult in (
        Consult.objects.care()
        .filter(withdrawn_at=None)
        .filter((closed & ~has_answer) | (~closed & has_answer & ~corrected))
    ):
        yield Finding("consult", f"consult {consult.pk}", f"It is {consult.state}, which its answer contradicts.")


def _late() -> Iterator[Finding]:
    now = timezone.now()
    for encounter in Encounter.objects.filter(triage_due_at__lt=now - LATE):
        yield Finding("undecided", f"visit {encounter.pk}", "Its decision is late: is the sweep running?", wrong=False)
    for consult in Consult.objects.care().exclude(state=Consult.State.CLOSED).filter(due_at__lt=now):
        sentence = f"On the overdue list: promised by {consult.due_at:%Y-%m-%d %H:%M} UTC."
        yield Finding("overdue", f"consult {consult.pk}", sentence, wrong=False)


def _orphans() -> Iterator[Finding]:
    """Files no row knows, once they are too old to be on their way. They harm nobody and may be removed."""
    known = deliveries.known_files()
    for photo, original in Image.objects.values_list("display_sha256", "original_sha256").iterator(chunk_size=2000):
        known |= {blobs.display(photo), blobs.thumbnail(photo), blobs.deep(photo), blobs.original(original)}
    known |= set(Run.objects.exclude(heat="").values_list("heat", flat=True))
    for name in _stored(""):
        if name not in known and default_storage.get_modified_time(name) < timezone.now() - GRACE:
            yield Finding("orphan", name, "No row knows this file.", wrong=False)


def _stored(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    yield from (f"{folder}{file}" for file in files)
    for inside in folders:
        yield from _stored(f"{folder}{inside}/")


def summary() -> dict[str, Any]:
    """How much was looked at."""
    return {"images": Image.objects.count(), "runs": Run.objects.count(), "visits": Encounter.objects.count(),
            "referrals": Consult.objects.count(), **deliveries.summary()}  # fmt: skip
