"""Reader and field worker talk about one consult: a retake or a question is asked, and answered. Insert-only."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from screening.models.consult import Consult


class MessageQuerySet(models.QuerySet["Message"]):
    def asked(self) -> MessageQuerySet:
        """What readers asked, oldest first."""
        return self.filter(kind__in=(Message.Kind.RETAKE, Message.Kind.QUESTION)).order_by("at")

    def open(self) -> MessageQuerySet:
        """What was asked and not yet answered."""
        return self.asked().filter(answer=None)


class Message(models.Model):
    """One thing said. `views` and `wrong` (view -> what is wrong, a code of `phrases.WRONG`) belong to a retake."""

    class Kind(models.TextChoices):
        RETAKE = "retake", _("Please take the photo again")
        QUESTION = "question", _("Question")
        ANSWER = "answer", _("Answer")
        RETAKEN = "retaken", _("Taken again")
        CANNOT = "cannot", _("Cannot be taken again")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consult = models.ForeignKey(Consult, on_delete=models.PROTECT, related_name="messages", db_column="referral_id")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    wrong = models.JSONField(default=dict, help_text="View -> what is wrong with its photo, as a code.")
    text = models.TextField(blank=True)
    answers = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="answer")
    also = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="also_said",
        help_text="What was asked, and had been answered by somebody else.",
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def waiting(self) -> bool:
        """Asked, not answered, and the answer is still wanted."""
        return not hasattr(self, "answer") and self.consult.state != Consult.State.CLOSED


class Phrase(models.Model):
    """A sentence of advice a reader uses often. Theirs alone."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phrases")
    modality = models.CharField(max_length=20)
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["text"]
        constraints = [models.UniqueConstraint(fields=["reader", "modality", "text"], name="one_phrase_once")]

    def __str__(self) -> str:
        return self.text
