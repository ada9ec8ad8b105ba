"""Take in a large envelope piece by piece, over connections that break (the core of tus 1.0).

A piece is written under a name of its own, synced, and only then does one conditional UPDATE move the offset
over it. So a kill, a full disk or a second writer leave at worst a file that no row knows, which is swept away:
nothing is ever written over, and no lock can be left behind by a connection that hangs.
"""

from __future__ import annotations

import errno
import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import sites_of
from accounts.audit import record
from accounts.models import Role
from inference import blobs
from screening.models import SealedItem, Upload, UploadPart
from screening.models.upload import KEEP, until
from screening.refusal import Refused

PIECE = 128 * 1024  # bytes kept in one step
KEEP_EVERY = 3.0  # seconds until what has come so far is kept, on a slow line
GULP = 8 * 1024  # bytes asked of the connection at a time
ENVELOPE_ROOM = 64 * 1024  # bytes around the photo
MEGABYTE = 1_000_000


class WrongOffset(Refused):
    """Another writer was here, or the sender is mistaken: ask where to go on."""

    def __init__(self) -> None:
        super().__init__("offset", _("The server is at another place. Ask it where to go on."))


class Expired(Refused):
    """Unfinished for too long."""

    def __init__(self) -> None:
        super().__init__("expired", _("It waited too long. Begin it again."))


class TooLong(Refused):
    """More bytes than were announced, or than may be announced."""

    def __init__(self) -> None:
        super().__init__("too_large", _("The request is too large."))


class Mismatch(Refused):
    """The bytes are not those the sender means."""

    def __init__(self) -> None:
        super().__init__("checksum", _("It was altered on its way. Send it again."))


def limit() -> int:
    """The longest envelope taken, in bytes."""
    return int(settings.FIELDLIGHT_UPLOAD_LIMIT) + ENVELOPE_ROOM


def begin(user: Any, *, item: uuid.UUID, encounter: uuid.UUID, sha256: str, length: int) -> Upload:
    """A new upload, or the unfinished one of the very same envelope, whoever began it.

    Raises TooLong, Refused ("received", "quota") and blobs.StorageFull.
    """
    if length > limit():
        raise TooLong
    if SealedItem.objects.filter(pk=item, envelope_sha256=sha256).exists():
        raise Refused("received", _("This was received already. Ask for its receipt."))
    known = Upload.objects.filter(item=item, sha256=sha256, length=length)
    for stale in known.expired():
        _remove(stale)
    if known.update(owner=user, expires_at=until()):
        return known.get()
    _check_room(user, length)
    with transaction.atomic():
        site = sites_of(user, Role.FIELD_WORKER).values_list("site_id", flat=True).first()
        made = Upload.objects.create(
            owner=user, site_id=site, item=item, encounter=encounter, sha256=sha256, length=length
        )
        record(user, "upload.begin", made, item=str(item), length=length)
    return made


def _check_room(user: Any, length: int) -> None:
    """Raises Refused("quota") and StorageFull, before anything is promised."""
    blobs.check_reserve(length)
    sites = sites_of(user, Role.FIELD_WORKER)
    # What is here and not settled takes room too. Not for ever: a form that never comes must not shut a person out.
    unsettled = SealedItem.objects.pending().filter(received_at__gte=timezone.now() - KEEP)
    for uploads, items, megabytes in (
        (Upload.objects.filter(owner=user), unsettled.filter(delivered_by=user), settings.FIELDLIGHT_QUOTA_MB),
        (
            Upload.objects.filter(site__in=sites), unsettled.filter(site__in=sites),
            settings.FIELDLIGHT_SITE_QUOTA_MB,
        ),
    ):  # fmt: skip
        promised = uploads.unfinished().aggregate(total=Sum("length"))["total"] or 0
        kept = items.aggregate(total=Sum("size"))["total"] or 0
        if promised + kept + length > megabytes * MEGABYTE:
            raise Refused("quota", _("Too much is on its way already. Let it arrive first, then send this again."))


def find(user: Any, pk: uuid.UUID) -> Upload:
    """The person's own upload. Raises Upload.DoesNotExist, Expired."""
    upload = Upload.objects.of(user).get(pk=pk)
    if upload.expires_at < timezone.now():
        raise Expired
    return upload


def append(upload: Upload, at: int, read: Callable[[int], bytes], announced: int) -> Upload:
    """Keep what the connection brings, piece by piece, until it ends or breaks.

    `at`: where the sender believes to be. `read(n)`: up to n further bytes, b"" at the end. `announced`: how many the
    request says it has. What came before a broken connection is kept; the error is the caller's to raise again.
    Raises WrongOffset, TooLong, StorageFull.
    """
    _check(upload, at, announced)
    taken, offset = bytearray(), at
    since = time.monotonic()
    try:
        while offset + len(taken) < at + announced:
            got = read(min(GULP, at + announced - offset - len(taken)))
            if not got:
                break
            taken += got
            if len(taken) >= PIECE or time.monotonic() - since >= KEEP_EVERY:
                offset = _keep(upload, offset, bytes(taken))
                taken.clear()
                since = time.monotonic()
    finally:
        if taken:
            _keep(upload, offset, bytes(taken))
    upload.refresh_from_db()
    return upload


def append_checked(upload: Upload, at: int, data: bytes, algorithm: str, digest: bytes) -> Upload:
    """Keep a whole request or nothing of it. Raises Mismatch beside what `append` raises."""
    _check(upload, at, len(data))
    if hashlib.new(algorithm, data, usedforsecurity=False).digest() != digest:
        raise Mismatch
    for start in range(0, len(data), PIECE):
        _keep(upload, at + start, data[start : start + PIECE])
    upload.refresh_from_db()
    return upload


def _check(upload: Upload, at: int, announced: int) -> None:
    if upload.offset != at:
        raise WrongOffset
    if at + announced > upload.length:
        raise TooLong
    blobs.check_reserve(announced)


def _keep(upload: Upload, at: int, data: bytes) -> int:
    """Store one piece and move the offset over it; the new offset. Raises WrongOffset if another writer was first."""
    name = blobs.upload_part(upload.pk, at, uuid.uuid4().hex[:8])
    try:
        blobs.put(name, data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise blobs.StorageFull from error
        raise
    with transaction.atomic():
        if Upload.objects.advance(upload.pk, at=at, by=len(data)):
            UploadPart.objects.create(upload=upload, offset=at, size=len(data), name=name)
            return at + len(data)
    blobs.drop(name)
    raise WrongOffset


def assembled(upload: Upload) -> bytes:
    """The whole envelope. Raises Mismatch if it is not what was announced."""
    data = b"".join(blobs.get(part.name) for part in upload.parts.order_by("offset"))
    if hashlib.sha256(data).hexdigest() != upload.sha256:
        raise Mismatch
    return data


def finish(upload: Upload) -> None:
    """It was received for good elsewhere: the pieces may go, the row tells late askers that all is here."""
    Upload.objects.filter(pk=upload.pk, offset=F("length")).update(finished_at=timezone.now())
    _drop_parts(upload)


def end(user: Any, upload: Upload) -> None:
    """The sender gives it up."""
    record(user, "upload.end", upload, item=str(upload.item))
    _remove(upload)


def _drop_parts(upload: Upload) -> None:
    names = list(upload.parts.values_list("name", flat=True))
    upload.parts.all().delete()
    for name in names:
        blobs.drop(name)


def whole() -> list[Upload]:
    """Uploads that are here to the last byte and were not handed on: their process was killed in between."""
    return list(Upload.objects.unfinished().filter(offset=F("length")).order_by("created_at")[:50])


def sweep() -> int:
    """Remove what expired, and finished rows after the same time. How many."""
    rows = list(Upload.objects.expired().exclude(offset=F("length"), finished_at=None)[:200])
    for upload in rows:
        _remove(upload)
    return len(rows)


def _remove(upload: Upload) -> None:
    # Rows first: a part whose file is gone would be a promise nobody can keep.
    names = list(upload.parts.values_list("name", flat=True))
    upload.delete()
    for name in names:
        blobs.drop(name)
