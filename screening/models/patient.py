"""A person screened, and what they agreed to."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models.patient_key import PatientKey, hashed
from screening.models.programme import ConsentText, Programme
from screening.rules import likeness, search_keys


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

    def matching(self, typed: str) -> PatientQuerySet:
        """Patients of whom every word typed is told: of the name, the local number or the telephone, or a slip's code.

        Spellings are folded and one letter may be wrong (`rules/search_keys`). `rank` counts how far from what was
        typed: 0 where every word is whole and right, then words only begun, then those with a letter off.
        """
        if address := ADDRESS.search(typed):
            return self.filter(_of_code(uuid.UUID(address[0]).hex)).annotate(rank=Value(0))
        terms = search_keys.asked(typed)
        asked, rank = Q(), Value(0) + Value(0)
        for term in terms:
            asked &= _keyed(term.exact | term.begun | term.near)
            rank = rank + Case(When(_keyed(term.exact), then=0), When(_keyed(term.begun), then=1), default=2)
        if code := CODE.fullmatch(typed.strip()):
            asked |= _of_code(code[1].lower())
        return self.filter(asked).annotate(rank=models.ExpressionWrapper(rank, IntegerField()))

    def resembling(self, name: str, phone: str, birth_year: int) -> PatientQuerySet:
        """Whom `rules.likeness` may ask about: a word of the name, or the telephone, and not many years between."""
        years = (birth_year - likeness.YEARS, birth_year + likeness.YEARS)
        return self.filter(_keyed(search_keys.resembling(name, phone)), birth_year__range=years)


ADDRESS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)  # in what a slip's QR code holds
CODE = re.compile(
    r"(?:[pP]-)?([0-9a-fA-F]{8})"
)  # as far as people type it: the first part, as slips and readers have it


def _keyed(labels: set[str]) -> Q:
    return Q(pk__in=PatientKey.objects.filter(value__in=hashed(labels)).values("patient_id"))


def _of_code(hexadecimal: str) -> Q:
    """Whose id, or the id of one of whose visits, begins so: a range of the primary key, on every database."""
    ids = (uuid.UUID(hexadecimal.ljust(32, "0")), uuid.UUID(hexadecimal.ljust(32, "f")))
    visits: QuerySet[Any] = apps.get_model("screening", "Encounter")._default_manager.filter(pk__range=ids)
    return Q(pk__range=ids) | Q(pk__in=visits.values("patient_id"))


class Patient(models.Model):
    """A person enrolled at a site. The id may be made by the phone, offline, and is unique for ever.

    The facts are those that hold now; what they were before is in `corrections`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    name = models.CharField(_("name"), max_length=120)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices)
    birth_year = models.PositiveSmallIntegerField(_("birth year"))
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    local_id = models.CharField(_("local number"), max_length=40, blank=True)
    local_key = models.BigIntegerField(null=True, help_text="Keyed hash of the folded local number: equal, the same.")
    local_twin = models.BooleanField(
        default=False, help_text="Enrolled when numbers were not folded, under one that was somebody else's already."
    )
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
            models.UniqueConstraint(
                fields=["site", "local_key"], condition=Q(local_twin=False), name="a_folded_number_once_per_site"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def age(self) -> int:
        """Whole years today, from the birth year alone: right to within one year."""
        return self.age_on(timezone.localdate())

    def age_on(self, day: date) -> int:
        """Whole years on a day. A visit is judged by its own day, however late it is delivered."""
        return day.year - self.birth_year

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
