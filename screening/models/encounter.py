"""One visit of one patient to one programme."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.access import sites_of
from accounts.models import Role, Site
from inference.thresholds.stratum import Person
from inference.woken import wake
from screening.models.patient import TESTS, Origin, Patient
from screening.models.programme import Programme
from screening.rules import questionnaire

if TYPE_CHECKING:
    from screening.models.decision import Decision


class EncounterQuerySet(models.QuerySet["Encounter"]):
    def visible_to(self, user: Any) -> EncounterQuerySet:
        """Encounters at the sites where the user works or manages. A machine sees only its own."""
        people = sites_of(user, Role.FIELD_WORKER, Role.SITE_MANAGER)
        machine = sites_of(user, Role.MACHINE)
        return self.filter(
            models.Q(site__in=people) | models.Q(site__in=machine, started_by_id=getattr(user, "pk", None))
        ).exclude(patient__origin__in=TESTS)

    def recordable_by(self, user: Any) -> EncounterQuerySet:
        """Encounters the user may add to: seeing is not enough, the duty must be to record at that very site."""
        return self.visible_to(user).filter(site__in=sites_of(user, Role.FIELD_WORKER, Role.MACHINE))

    def newest_of(self, patients: Iterable[Patient]) -> EncounterQuerySet:
        """The last encounter of each patient in each programme."""
        turn = Window(
            RowNumber(),
            partition_by=[models.F("patient_id"), models.F("programme_id")],
            order_by=[models.F("started_at").desc(), models.F("pk").desc()],
        )
        return self.filter(patient__in=[p.pk for p in patients]).annotate(turn=turn).filter(turn=1)

    def with_standing(self) -> EncounterQuerySet:
        """With everything that says where an encounter stands: no further query per row."""
        return self.select_related("patient", "programme", "site", "consult__outcome").prefetch_related("decisions")

    def managed_by(self, user: Any) -> EncounterQuerySet:
        """Encounters a manager counts: those at their sites."""
        managed = self.filter(site__in=sites_of(user, Role.PROGRAMME_MANAGER, Role.SITE_MANAGER))
        return managed.exclude(patient__origin__in=TESTS)

    def counted(self) -> EncounterQuerySet:
        """Real people who were handed in. Synthetic patients are never counted."""
        return self.filter(patient__origin=Origin.PERSON, handed_in_at__isnull=False)

    def undecided(self) -> EncounterQuerySet:
        """Encounters with something to look at whose last triage said to come back later, and those left since."""
        now = timezone.now()
        return self.filter(models.Q(triage_due_at__lte=now) | models.Q(left_at__lte=now))


class Encounter(models.Model):
    """One visit. The id may be made by the phone, offline, and is unique for ever.

    `triage_due_at` is set whenever the evidence may have changed and cleared by triage when nothing is
    pending: the sweep looks at it, so a lost message costs a minute and not a patient.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="encounters")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="encounters")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # When and on which day it was, where the patient was (rules.began).
    started_at = models.DateTimeField(default=timezone.now)
    day = models.DateField(default=timezone.localdate)
    day_measured = models.BooleanField(
        default=True, help_text="Not measured: the phone's clock is unknown, and the day is that of the receipt."
    )
    # When it came here: for order and deadlines.
    received_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, help_text="The time the phone claims; never used for order.")
    answers = models.JSONField(default=dict)
    answered_at = models.DateTimeField(null=True)
    unobtainable = models.JSONField(default=dict, help_text="View -> why it could not be photographed.")
    handed_in_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(
        null=True, help_text="Consent was taken back: nobody looks at it any more, whatever is agreed to later."
    )
    triage_due_at = models.DateTimeField(null=True, db_index=True)
    left_at = models.DateTimeField(
        null=True, db_index=True, help_text="When it will count as left, if nobody goes on with it."
    )

    objects = EncounterQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["site", "-started_at"], name="encounters_of_a_site"),
            models.Index(fields=["programme", "day"], name="encounters_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.day}"

    def touch(self) -> None:
        """The evidence changed: triage must look again."""
        Encounter.objects.filter(pk=self.pk).update(triage_due_at=timezone.now())
        wake("visit", self.pk)

    @property
    def age(self) -> int:
        """Of the patient at the visit: judging it again years later gives the same."""
        return self.patient.age_on(self.day)

    def told(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Symptoms and danger signs told in the questionnaire, as codes."""
        return questionnaire.told(self.programme.modality, self.answers)

    def beyond(self, made_for: Iterable[Sequence[float] | None]) -> tuple[str, ...]:
        """Why models made for people of these ages cannot clear this patient, as codes: neither can the programme's."""
        ages = (self.programme.age_min or 0, self.programme.age_max or math.inf)
        return questionnaire.beyond_model(self.programme.modality, self.answers, self.age, [*made_for, ages])

    def person(self) -> Person:
        """The patient as an operating point for a group of people sees them; what was not told stays unknown."""
        told = self.answers
        prior = {True: "yes", False: "no"}.get(told.get("prior_tb"))
        hiv = told.get("hiv") if told.get("hiv") in ("positive", "negative") else None
        return Person(self.age, self.patient.sex, hiv, prior)

    def decision(self) -> Decision | None:
        """The newest decision, or None before the first."""
        return self.decisions.order_by("-number").first()
