"""The pictures or scores of a site are no longer what they were: raised by the drift watch, answered by a manager."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from inference.models import ModelVersion
from screening.models.programme import Programme


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def open(self) -> AlarmQuerySet:
        """Alarms nobody has answered."""
        return self.filter(answer=None)

    def overseen(self, programmes: Any) -> AlarmQuerySet:
        return self.filter(programme__in=programmes)


class Alarm(models.Model):
    """The last `recent` cases differ from `reference` earlier ones: `value` is over `limit`.

    `sign` says what was looked at: the population stability index, or a trend up or down (inference.drift).
    """

    class Measure(models.TextChoices):
        SCORE = "score", _("Scores")
        QUALITY = "quality", _("Picture quality")
        CAPTURE = "capture", _("Kind of picture")

    class Sign(models.TextChoices):
        INDEX = "index"
        HIGHER = "higher"
        LOWER = "lower"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="alarms")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="alarms")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=10, choices=Measure.choices)
    sign = models.CharField(max_length=10, choices=Sign.choices, default=Sign.INDEX)
    value = models.FloatField()
    limit = models.FloatField(help_text="The alarm is raised above this.")
    recent = models.PositiveIntegerField()
    reference = models.PositiveIntegerField()
    raised_at = models.DateTimeField(default=timezone.now)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]

    def __str__(self) -> str:
        return f"{self.site}: {self.get_measure_display()}"


class AlarmAnswer(models.Model):
    """A manager looked into an alarm. Insert-only, one per alarm.

    Repaired: the watch goes on, comparing with what it had learnt. A new normal: it learns anew.
    """

    class Says(models.TextChoices):
        REPAIRED = "repaired", _("The cause was found and repaired")
        NEW_NORMAL = "new_normal", _("This is how it is from now on")

    alarm = models.OneToOneField(Alarm, on_delete=models.PROTECT, related_name="answer")
    says = models.CharField(max_length=12, choices=Says.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.get_says_display()
