"""How a model comes into force: on trial beside the one that decides, proposed by one person, signed by another."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from inference.models import ModelVersion, OperatingPoint
from screening.models.programme import Programme


class ShadowChoice(models.Model):
    """From `since` on, this model scores every new photo beside the one in force, and decides nothing.

    Insert-only: the newest row of a purpose holds; one without a model ends the trial.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="shadow_choices")
    purpose = models.CharField(max_length=10, choices=ModelVersion.Purpose.choices)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-since"]

    def __str__(self) -> str:
        return f"{self.programme}: {self.model_version or '–'}"


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    def overseen(self, programmes: Any) -> CalibrationQuerySet:
        return self.filter(programme__in=programmes)


class Calibration(models.Model):
    """What every threshold of a model means on a set of a programme's, as handed in (inference.curve). Insert-only.

    It binds nothing: a threshold of it does once it was proposed and signed. `file` is the SHA-256 of what came in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="calibrations")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    capture_class = models.CharField(max_length=30)
    data = models.CharField(max_length=240)
    expires_on = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    file = models.CharField(max_length=64)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at"]
        constraints = [models.UniqueConstraint(fields=["programme", "file"], name="a_calibration_once")]

    def __str__(self) -> str:
        return f"{self.model_version}: {self.data}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> ProposalQuerySet:
        return self.filter(signoff=None)

    def overseen(self, programmes: Any) -> ProposalQuerySet:
        return self.filter(programme__in=programmes)


class Proposal(models.Model):
    """Somebody wants a model in force, with these operating points, and no others. Insert-only.

    `site`: the operating points are for that site alone; the model itself is always for the whole programme.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="proposals")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    operating_points = models.ManyToManyField(OperatingPoint, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at"]

    def __str__(self) -> str:
        return f"{self.programme}: {self.model_version}"


class SignOff(models.Model):
    """A second person's word on a proposal. Insert-only, one per proposal, never by the one who proposed."""

    class Says(models.TextChoices):
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="signoff")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    says = models.CharField(max_length=10, choices=Says.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("proposed_by")), name="two_people_sign"),
        ]

    def __str__(self) -> str:
        return self.get_says_display()
