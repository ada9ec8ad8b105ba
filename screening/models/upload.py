"""A large item on its way in: the offset and every piece of it are rows, the bytes lie in the storage."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Site

KEEP = timedelta(days=14)  # an unfinished upload after the last byte that came


def until() -> Any:
    return timezone.now() + KEEP


class UploadQuerySet(models.QuerySet["Upload"]):
    def of(self, user: Any) -> UploadQuerySet:
        """Uploads of this person: nobody else may see, extend or end them."""
        return self.filter(owner_id=getattr(user, "pk", None))

    def unfinished(self) -> UploadQuerySet:
        return self.filter(finished_at=None)

    def expired(self) -> UploadQuerySet:
        return self.filter(expires_at__lt=timezone.now())

    def advance(self, pk: uuid.UUID, *, at: int, by: int) -> bool:
        """Move the offset on, if it still is where the writer believes it to be: of two writers one wins."""
        row = self.filter(pk=pk, offset=at, finished_at=None, length__gte=at + by)
        return bool(row.update(offset=at + by, expires_at=until()))


class Upload(models.Model):
    """An envelope that arrives in pieces (tus 1.0). `offset` counts the bytes that are stored for good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True)
    item = models.UUIDField(help_text="The id the phone gave to what is inside.")
    encounter = models.UUIDField(help_text="The visit it belongs to, which may not be known here yet.")
    sha256 = models.CharField(max_length=64, help_text="Of the whole envelope, as the phone says.")
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=until, db_index=True)
    finished_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            # Knowing the hash proves having the envelope: whoever delivers it goes on where another stopped.
            models.UniqueConstraint(fields=["item", "sha256", "length"], name="one_upload_per_envelope"),
            models.CheckConstraint(
                condition=models.Q(offset__lte=models.F("length")), name="an_upload_is_never_longer_than_said"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.offset}/{self.length}"

    @property
    def whole(self) -> bool:
        return self.offset == self.length


class UploadPart(models.Model):
    """One stored piece. It counts only with its row; a file without a row is swept away."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField()
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["offset"]
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="one_part_per_offset")]

    def __str__(self) -> str:
        return f"{self.offset}+{self.size}"
