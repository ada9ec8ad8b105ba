"""What triage decided, on exactly which evidence. Insert-only."""

from __future__ import annotations

import uuid

from django.db import models

from screening.models.choices import ACTIONS
from screening.models.encounter import Encounter


class Decision(models.Model):
    """One verdict of the rules. The same evidence gives one decision; new evidence gives the next number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=ACTIONS)
    reason = models.CharField(max_length=30)
    views = models.JSONField(default=list)
    details = models.JSONField(default=list)
    recall_months = models.PositiveSmallIntegerField(null=True)
    evidence = models.JSONField(help_text="Runs, scores, operating points, answers and rules version.")
    digest = models.CharField(max_length=64)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["encounter", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["encounter", "digest"], name="same_evidence_one_decision"),
            models.UniqueConstraint(fields=["encounter", "number"], name="decisions_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.reason})"
