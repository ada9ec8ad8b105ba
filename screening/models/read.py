"""What a reader saw. Insert-only: a first impression, then a final read; an amendment is a new version."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from screening.models.choices import FINDINGS
from screening.models.consult import Consult


class ReadQuerySet(models.QuerySet["Read"]):
    def visible_to(self, user: Any) -> ReadQuerySet:
        """A reader's own reads; others' only once the consult is answered (or to its adjudicator)."""
        return self.filter(consult__in=Consult.objects.readable_by(user)).filter(
            Q(reader_id=getattr(user, "pk", None)) | Q(consult__state=Consult.State.CLOSED)
        )

    def final(self) -> ReadQuerySet:
        return self.filter(stage=Read.Stage.FINAL)


class Read(models.Model):
    """One opinion of one reader on one consult at one stage."""

    class Stage(models.TextChoices):
        IMPRESSION = "impression", _("First impression")
        FINAL = "final", _("Final read")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consult = models.ForeignKey(Consult, on_delete=models.PROTECT, related_name="reads", db_column="referral_id")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reads")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    version = models.PositiveSmallIntegerField(default=1)
    adjudicates = models.BooleanField(default=False)
    grades = models.JSONField(help_text="View -> grade, as entered.")
    finding = models.CharField(max_length=20, choices=FINDINGS)
    advice = models.TextField(blank=True)
    advice_codes = models.JSONField(default=list, help_text="Standard sentences of advice, as codes.")
    seconds = models.PositiveIntegerField(null=True, help_text="From taking the consult to this read.")
    amends = models.TextField(blank=True, help_text="Why an earlier version was corrected.")
    ai_shown = models.BooleanField(default=False, help_text="Whether the AI was shown before this read.")
    read_at = models.DateTimeField(auto_now_add=True)

    objects = ReadQuerySet.as_manager()

    class Meta:
        ordering = ["read_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["consult", "reader", "stage", "version"], name="one_read_per_reader_stage_and_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.get_finding_display()}"


class Draft(models.Model):
    """What a reader has entered so far; lost neither by a time-out nor by a lost claim."""

    consult = models.ForeignKey(Consult, on_delete=models.CASCADE, related_name="drafts", db_column="referral_id")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    entered = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consult", "reader"], name="one_draft_per_reader")]

    def __str__(self) -> str:
        return f"{self.reader} {self.saved_at:%H:%M}"
