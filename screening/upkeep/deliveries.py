"""What phones delivered or announced and what is still open of it: for the failsafe audit and the health page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from inference import blobs
from screening.models import Announced, ConsentMark, SealedItem, Upload, UploadPart

State = SealedItem.State
LATE = timedelta(minutes=10)
OVERDUE = timedelta(days=2)  # a photo without its form, or one announced and not come: a phone may be dark that long


@dataclass(frozen=True)
class Open:
    """How much is not finished, each counted once."""

    unsettled: int = 0
    waiting: int = 0
    refused: int = 0
    shelved: int = 0
    held: int = 0
    arriving: int = 0
    uploads: int = 0


def count(late: timedelta = LATE) -> Open:
    """`unsettled` counts only what the sweep should have seen to within `late`."""
    items = SealedItem.objects
    return Open(
        unsettled=items.unsettled().filter(received_at__lt=timezone.now() - late).count(),
        waiting=items.filter(state=State.WAITING).count(),
        refused=items.filter(state=State.REFUSED).count(),
        shelved=items.shelved().count(),
        held=items.filter(state=State.HELD).count(),
        arriving=Announced.objects.missing().count(),
        uploads=Upload.objects.unfinished().count(),
    )


def known_files() -> set[str]:
    """Every file that belongs to something delivered or on its way."""
    items = SealedItem.objects.values_list("envelope_sha256", flat=True)
    marks = ConsentMark.objects.exclude(picture="").values_list("picture", flat=True)
    previews = Announced.objects.filter(preview=True).values_list("pk", flat=True)
    return {
        *(blobs.envelope(sha256) for sha256 in items.iterator(chunk_size=2000)),
        *(blobs.preview(pk) for pk in previews.iterator(chunk_size=2000)),
        *marks,
        *UploadPart.objects.values_list("name", flat=True),
    }


Told = tuple[str, str, str, bool]  # code, subject, sentence, whether a promise is broken


def look() -> Iterator[Told]:
    """Everything about deliveries that is wrong or worth knowing."""
    yield from _kept()
    yield from _open_items()
    yield from _announced()
    yield from _uploads()


def _kept() -> Iterator[Told]:
    """What is not applied is there, whole; what is applied left what it brought."""
    for item in SealedItem.objects.exclude(state=State.APPLIED).iterator(chunk_size=500):
        if not blobs.exists(blobs.envelope(item.envelope_sha256)):
            yield "file_missing", f"item {item.pk}", "Its envelope is missing: bring it back from the backup.", True
    for item in SealedItem.objects.filter(state=State.APPLIED, kind=SealedItem.Kind.PIXELS, image=None):
        yield "lost", f"item {item.pk}", "It is done, and there is no photo of it.", True


def _open_items() -> Iterator[Told]:
    now = timezone.now()
    for item in SealedItem.objects.exclude(state=State.APPLIED).iterator(chunk_size=500):
        name = f"item {item.pk}"
        if item.state == State.SHELVED:
            yield "shelved", name, f"Needs an administrator ({item.code}): Health, Kept for you.", False
        elif item.state == State.HELD:
            yield "held", name, f"Waits for somebody at its site to decide ({item.code}).", False
        elif item.state == State.REFUSED and item.decision == "close":
            continue
        elif item.state == State.REFUSED:
            yield "refused", name, f"Not taken ({item.code}); its author was told.", False
        elif item.state == State.RECEIVED and item.received_at < now - LATE:
            yield "unsettled", name, "Received and not opened yet: is the sweep running?", False
        elif item.state == State.WAITING and item.received_at < now - OVERDUE:
            yield "waiting", name, "A photo whose form has not come: the phone may still have it.", False


def _announced() -> Iterator[Told]:
    late = Announced.objects.missing().filter(at__lt=timezone.now() - OVERDUE)
    for photo in late.select_related("form__author", "encounter__site"):
        by = photo.form.author.get_username() if photo.form.author else "somebody"
        sentence = f"Announced by {by} at {photo.encounter.site.code} on {photo.at:%Y-%m-%d}, and not here yet."
        yield "announced", f"photo {photo.pk} of visit {photo.encounter_id}", sentence, False


def _uploads() -> Iterator[Told]:
    """An offset is exactly as far as the pieces reach."""
    rows = Upload.objects.unfinished().annotate(stored=Coalesce(Sum("parts__size"), 0))
    for pk, stored, offset in rows.exclude(stored=F("offset")).values_list("pk", "stored", "offset"):
        yield "upload", f"upload {pk}", f"Its pieces hold {stored} bytes, its offset says {offset}.", True
    for part in UploadPart.objects.filter(upload__finished_at=None).iterator(chunk_size=500):
        if not blobs.exists(part.name):
            yield "file_missing", f"upload {part.upload_id}", f"The piece at {part.offset} is missing.", True
    for upload in Upload.objects.unfinished():
        sentence = f"{upload.offset} of {upload.length} bytes are here; it waits until {upload.expires_at:%Y-%m-%d}."
        yield "unfinished", f"upload {upload.pk}", sentence, False


def summary() -> dict[str, Any]:
    return {"deliveries": SealedItem.objects.count(), "unfinished uploads": Upload.objects.unfinished().count()}
