"""Did she go? What became of a patient who was referred."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from screening.models.encounter import Encounter


class FollowUp(models.Model):
    """One time somebody asked after a referred patient. Insert-only: the newest row holds."""

    class Answer(models.TextChoices):
        ATTENDED = "attended", _("Went there")
        NOT_YET = "not_yet", _("Not yet")
        REFUSED = "refused", _("Does not want to go")
        LOST = "lost", _("Cannot be reached")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="follow_ups")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    on = models.DateField(null=True, help_text="The day they went; for not yet, the day to ask again.")
    note = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.get_answer_display()
