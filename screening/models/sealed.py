"""What a phone delivered sealed, what became of it, and which photos it said would follow."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models.choices import capture_classes, views
from screening.models.encounter import Encounter
from screening.models.image import Image
from screening.models.patient import Consent


class SealedQuerySet(models.QuerySet["SealedItem"]):
    def visible_to(self, user: Any, envelope: str = "") -> SealedQuerySet:
        """Items the user made or brought, or of a site where they work, or whose envelope's hash they know."""
        pk = getattr(user, "pk", None)
        own = Q(author_id=pk) | Q(delivered_by_id=pk) | Q(site__in=sites_of(user, Role.FIELD_WORKER))
        return self.filter(own | Q(envelope_sha256=envelope or None))

    def unsettled(self) -> SealedQuerySet:
        """Received whole and not yet opened or applied: the sweep goes on with them."""
        return self.filter(state=SealedItem.State.RECEIVED)

    def pending(self) -> SealedQuerySet:
        """Received whole, and waiting for the server or for their form."""
        return self.filter(state__in=[SealedItem.State.RECEIVED, SealedItem.State.WAITING])

    def held(self, user: Any) -> SealedQuerySet:
        """What waits for a decision at the sites where the user works or manages."""
        here = sites_of(user, Role.SITE_MANAGER, Role.FIELD_WORKER)
        return self.filter(state=SealedItem.State.HELD, site__in=here)

    def shelved(self) -> SealedQuerySet:
        return self.filter(state=SealedItem.State.SHELVED)


class SealedItem(models.Model):
    """One item, kept as delivered. The id is the phone's, unique for ever; the envelope stays until it is applied."""

    class Kind(models.TextChoices):
        FORM = "form", _("Form")
        PIXELS = "pixels", _("Photo")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        WAITING = "waiting", _("Waits for its form")
        APPLIED = "applied", _("Done")
        REFUSED = "refused", _("Not taken")
        SHELVED = "shelved", _("Needs an administrator")
        HELD = "held", _("Somebody at the site has to decide")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED, db_index=True)
    code = models.CharField(max_length=40, blank=True, help_text="Why it was not applied, for machines.")
    sentence = models.CharField(max_length=400, blank=True, help_text="And for people.")
    envelope_sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of what was inside; empty while it is sealed.")
    key = models.CharField(max_length=16, blank=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True,
        help_text="The administrator who let it in although the author's duty had ended.",
    )  # fmt: skip
    decision = models.CharField(max_length=20, blank=True, help_text="What somebody decided about it.")
    why = models.CharField(max_length=400, blank=True, help_text="And why, in their words.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    left_out = models.JSONField(default=list, help_text="What of it could not be taken, although the rest was.")
    attempts = models.PositiveSmallIntegerField(default=0)
    clock_error = models.DurationField(null=True, help_text="Server's clock minus the phone's, at delivery.")
    patient = models.UUIDField(null=True)
    encounter = models.UUIDField(null=True, db_index=True, help_text="As the item says; it may not exist yet.")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+", null=True)
    hands_in = models.BooleanField(default=False, help_text="Hand the visit in once everything announced is here.")
    received_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ["received_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class AnnouncedQuerySet(models.QuerySet["Announced"]):
    def recordable_by(self, user: Any) -> AnnouncedQuerySet:
        """Those of the visits the user may add to: nobody else judges by a small picture."""
        return self.filter(encounter__in=Encounter.objects.recordable_by(user))

    def missing(self) -> AnnouncedQuerySet:
        """Photos a phone still has to send. One that was refused or set aside will not come by itself."""
        ended = SealedItem.objects.filter(
            pk=models.OuterRef("pk"), state__in=[SealedItem.State.APPLIED, SealedItem.State.REFUSED]
        )
        return self.filter(~models.Exists(ended), ~models.Exists(Image.objects.filter(pk=models.OuterRef("pk"))))


class Announced(models.Model):
    """A photo that a form said would follow. The id is the image's."""

    id = models.UUIDField(primary_key=True)
    form = models.ForeignKey(SealedItem, on_delete=models.PROTECT, related_name="announced")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="announced")
    view = models.CharField(max_length=10, choices=views)
    capture_class = models.CharField(max_length=20, choices=capture_classes, blank=True)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField(default=0)
    quality = models.JSONField(default=dict, help_text="What the phone thought of it.")
    preview = models.BooleanField(default=False, help_text="Whether a small picture came ahead of it.")
    at = models.DateTimeField(auto_now_add=True)

    objects = AnnouncedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_view_display()} {self.sha256[:8]}"


class ConsentMark(models.Model):
    """How a consent was marked on the phone. The picture of a signature is sealed in the storage. Insert-only."""

    class Kind(models.TextChoices):
        SPOKEN = "spoken", _("said aloud")
        SIGNATURE = "signature", _("signed")
        THUMB = "thumb", _("thumb mark")
        WITNESS = "witness", _("before a witness")

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="mark")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    picture = models.CharField(max_length=120, blank=True, help_text="Name of the sealed picture; empty without one.")

    def __str__(self) -> str:
        return self.get_kind_display()
