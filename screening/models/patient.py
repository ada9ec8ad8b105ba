"""A person screened, and what they agreed to."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models.programme import ConsentText, Programme


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class Origin(models.TextChoices):
    """A synthetic patient was drawn by our generator: marked everywhere, counted nowhere. So are test cases."""

    PERSON = "person", _("Person")
    SYNTHETIC = "synthetic", _("Synthetic")
    TEST = "test", _("Test case")
    DRAWN_TEST = "test_drawn", _("Drawn test case")


# Nobody but the reader they are kept for ever meets these.
TESTS = (Origin.TEST, Origin.DRAWN_TEST)


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: Any) -> PatientQuerySet:
        """Patients (with their names) of the sites where the user works or manages. A machine sees only its own."""
        people = sites_of(user, Role.FIELD_WORKER, Role.SITE_MANAGER)
        machine = Q(site__in=sites_of(user, Role.MACHINE), enrolled_by_id=getattr(user, "pk", None))
        return self.filter(Q(site__in=people) | machine).exclude(origin__in=TESTS)

    def matching(self, words: str) -> PatientQuerySet:
        """Patients whose name, local id or telephone contains every word."""
        found = self
        for word in words.split():
            found = found.filter(Q(name__icontains=word) | Q(local_id__icontains=word) | Q(phone__icontains=word))
        return found


class Patient(models.Model):
    """A person enrolled at a site. The id may be made by the phone, offline, and is unique for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    name = models.CharField(_("name"), max_length=120)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices)
    birth_year = models.PositiveSmallIntegerField(_("birth year"))
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    local_id = models.CharField(_("local number"), max_length=40, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.PERSON)
    enrolled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField(auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["-enrolled_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "local_id"], condition=~Q(local_id=""), name="a_local_number_once_per_site"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def age(self) -> int:
        """Whole years, from the birth year alone: right to within one year."""
        return timezone.localdate().year - self.birth_year

    @property
    def synthetic(self) -> bool:
        return self.origin in (Origin.SYNTHETIC, Origin.DRAWN_TEST)

    @property
    def pseudonym(self) -> str:
        """What a reader sees instead of a name."""
        return f"P-{str(self.pk)[:8].upper()}"


class Consent(models.Model):
    """A yes or a no to one text, at one time. Insert-only: the newest row for a programme holds."""

    class Answer(models.TextChoices):
        GIVEN = "given", _("Given")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="consents")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.programme}: {self.get_answer_display()}"
