"""A picture handed in for an encounter."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role
from screening.models.choices import capture_classes, views
from screening.models.consult import Consult
from screening.models.encounter import Encounter
from screening.models.patient import TESTS

FIELD_WORKER_DAYS = 30


class ImageQuerySet(models.QuerySet["Image"]):
    def visible_to(self, user: Any) -> ImageQuerySet:
        """Field workers: their site's, for 30 days. Site managers: their site's.

        Readers: their consults', and what the same patients showed earlier in the same programme. Nobody: those of a
        visit to which consent was withdrawn.
        """
        theirs = Consult.objects.readable_by(user).filter(
            encounter__patient=OuterRef("encounter__patient"), encounter__programme=OuterRef("encounter__programme")
        )
        since = timezone.now() - timedelta(days=FIELD_WORKER_DAYS)
        people = ~Q(encounter__patient__origin__in=TESTS)
        return self.filter(encounter__withdrawn_at=None).filter(
            Q(people, encounter__site__in=sites_of(user, Role.FIELD_WORKER), received_at__gte=since)
            | Q(people, encounter__site__in=sites_of(user, Role.SITE_MANAGER))
            | Q(Exists(theirs))
        )

    def belonging(self) -> ImageQuerySet:
        """Without the pictures somebody said do not belong to their patient and view."""
        return self.exclude(self._away())

    def in_use(self) -> ImageQuerySet:
        """Those that belong, and that patients still agree to: what models and evidence may go by."""
        return self.belonging().filter(encounter__withdrawn_at=None)

    def set_aside(self) -> ImageQuerySet:
        """The others: kept, shown as set aside, judged by nobody."""
        return self.filter(self._away())

    def _away(self) -> Q:
        answered = IdentityAnswer.objects.filter(says=IdentityAnswer.Says.WRONG)
        return Q(pk__in=answered.values("alert__image_id")) | Q(
            pk__in=SetAside.objects.filter(undone_at=None).values("image_id")
        )


class Image(models.Model):
    """One picture of one view. `display_sha256` is of the cleaned bytes, `original_sha256` of those handed in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="images")
    view = models.CharField(max_length=10, choices=views)
    capture_class = models.CharField(max_length=20, choices=capture_classes)
    display_sha256 = models.CharField(max_length=64, db_index=True, db_column="photo")
    original_sha256 = models.CharField(max_length=64, db_index=True, db_column="original")
    media_type = models.CharField(max_length=30)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=16, db_index=True, help_text="Perceptual hash, hex.")
    dicom = models.JSONField(null=True, help_text="Clinical DICOM facts; no identifiers.")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["received_at"]
        constraints = [
            models.UniqueConstraint(fields=["encounter", "display_sha256", "view"], name="the_same_photo_is_one_photo"),
        ]

    def __str__(self) -> str:
        return f"{self.get_view_display()} {self.display_sha256[:8]}"


class SetAside(models.Model):
    """The worker says a picture does not belong to its patient and view. Undoing it is kept as well."""

    class Why(models.TextChoices):
        OTHER_PATIENT = "other_patient", _("It shows another patient")
        OTHER_VIEW = "other_view", _("It shows the other eye, or something else")
        MISTAKE = "mistake", _("It was sent by mistake")

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="set_asides")
    why = models.CharField(max_length=20, choices=Why.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["image"], condition=Q(undone_at=None), name="a_picture_is_set_aside_once"),
        ]

    def __str__(self) -> str:
        return self.get_why_display()


class IdentityAlertQuerySet(models.QuerySet["IdentityAlert"]):
    def open(self) -> IdentityAlertQuerySet:
        """Questions nobody has answered, about pictures neither of which has been set aside meanwhile."""
        set_aside = Image.objects.set_aside().values("pk")
        return self.filter(answer=None).exclude(image__in=set_aside).exclude(other__in=set_aside)


class IdentityAlert(models.Model):
    """The same photo stands under two patients, or under both eyes: somebody must say whose it is."""

    class Kind(models.TextChoices):
        TWO_PATIENTS = "two_patients", _("The same photo was handed in for another patient")
        TWO_VIEWS = "two_views", _("The same photo was handed in for another view")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="identity_alerts")
    other = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    raised_at = models.DateTimeField(auto_now_add=True)

    objects = IdentityAlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "other"], name="one_alert_per_pair"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class IdentityAnswer(models.Model):
    """Somebody looked at an alert and said whose picture it is. Insert-only, one per alert."""

    class Says(models.TextChoices):
        BELONGS_HERE = "belongs_here", _("This picture belongs to this patient and view")
        WRONG = "wrong", _("This picture does not belong here")

    alert = models.OneToOneField(IdentityAlert, on_delete=models.PROTECT, related_name="answer")
    says = models.CharField(max_length=20, choices=Says.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.get_says_display()
