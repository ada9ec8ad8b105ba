"""What became of a patient's record: which facts were corrected. Insert-only, like everything that was once said."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from screening.models.patient import Patient, Sex


class Correction(models.Model):
    """One fact as it stood and as it was put right: who, when and why."""

    class Fact(models.TextChoices):
        NAME = "name", _("Name")
        SEX = "sex", _("Sex")
        BIRTH_YEAR = "birth_year", _("Birth year")
        PHONE = "phone", _("Telephone")
        LOCAL_ID = "local_id", _("Local number")

    class Why(models.TextChoices):
        WRONG = "wrong", _("It was written down wrongly")
        CHANGED = "changed", _("It has changed since")
        LEARNT = "learnt", _("It was not known then")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="corrections")
    fact = models.CharField(max_length=20, choices=Fact.choices)
    old = models.CharField(max_length=120, blank=True)
    new = models.CharField(max_length=120, blank=True)
    why = models.CharField(max_length=20, choices=Why.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_fact_display()}: {self.get_why_display()}"

    @property
    def was(self) -> str:
        """The old value in words."""
        return self._told(self.old)

    @property
    def now(self) -> str:
        """The new value in words."""
        return self._told(self.new)

    def _told(self, value: str) -> str:
        return str(dict(Sex.choices).get(value, value)) if self.fact == self.Fact.SEX else value
