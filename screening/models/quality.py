"""Test cases with known truth: hidden in the worklist, sat as an exam, or read in a study. Never counted in figures."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role
from screening.models.choices import FINDINGS, capture_classes, views
from screening.models.consult import Consult
from screening.models.patient import Sex
from screening.models.programme import Certificate, Programme


class TestSetQuerySet(models.QuerySet["TestSet"]):
    def open_to(self, user: Any) -> TestSetQuerySet:
        """Exams a reader may sit: of programmes run at a site where they read, certified or not yet.

        Not of a programme whose quality they lead: they see the truth.
        """
        here = self.filter(offered=True, programme__sites__in=sites_of(user, Role.READER)).distinct()
        return here.exclude(pk__in=self.model.objects.led_by(user).values("pk"))

    def with_size(self) -> TestSetQuerySet:
        """With `in_use`, how many cases each holds now."""
        return self.annotate(in_use=Count("cases", filter=Q(cases__retired_at=None), distinct=True))

    def led_by(self, user: Any) -> TestSetQuerySet:
        """Sets of the programmes whose quality the user leads."""
        return self.filter(programme__in=Certificate.objects.led_by(user).values("programme_id"))


class TestSet(models.Model):
    """Cases with known truth for one programme, and what passing them takes (shares from 0 to 1)."""

    __test__ = False  # not for pytest to collect

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="test_sets")
    name = models.CharField(_("name"), max_length=120)
    offered = models.BooleanField(_("offered as an exam"), default=True)
    sensitivity = models.FloatField(_("sensitivity to pass"), default=0.8)
    specificity = models.FloatField(_("specificity to pass"), default=0.7)
    months = models.PositiveSmallIntegerField(_("certificate for (months)"), default=12)
    one_in = models.PositiveSmallIntegerField(
        _("one hidden case in so many reads"), default=0, help_text=_("0: none is hidden in the worklist.")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = TestSetQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="a_test_set_is_named_once")]

    def __str__(self) -> str:
        return self.name


class TestCase(models.Model):
    """One case: what is told of the patient, the truth as grades, and what the AI is said to have found."""

    __test__ = False

    class Suggestion(models.TextChoices):
        NONE = "none", _("What the model really says")
        RIGHT = "right", _("A right suggestion")
        WRONG = "wrong", _("A wrong suggestion")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    test_set = models.ForeignKey(TestSet, on_delete=models.PROTECT, related_name="cases")
    number = models.PositiveSmallIntegerField()
    age = models.PositiveSmallIntegerField(_("age"))
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices)
    answers = models.JSONField(default=dict)
    truth = models.JSONField(help_text="View -> grade, as a reader would enter it.")
    finding = models.CharField(max_length=20, choices=FINDINGS)
    source = models.CharField(_("how the truth is known"), max_length=240)
    suggestion = models.CharField(
        _("AI suggestion"), max_length=10, choices=Suggestion.choices, default=Suggestion.NONE
    )
    drawn = models.BooleanField(_("drawn, not a real person"), default=False)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["test_set", "number"]
        constraints = [models.UniqueConstraint(fields=["test_set", "number"], name="test_cases_are_numbered")]

    def __str__(self) -> str:
        return f"{self.test_set} {self.number}"


class TestPicture(models.Model):
    """One picture of a test case, with the facts an `Image` has."""

    __test__ = False

    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="pictures")
    view = models.CharField(max_length=10, choices=views)
    capture_class = models.CharField(max_length=20, choices=capture_classes)
    display_sha256 = models.CharField(max_length=64, db_column="photo")
    original_sha256 = models.CharField(max_length=64, db_column="original")
    media_type = models.CharField(max_length=30)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=16)
    dicom = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "view"], name="one_picture_per_view_of_a_case")]

    def __str__(self) -> str:
        return f"{self.case} {self.view}"


class Sitting(models.Model):
    """One reader sits one exam. `result` is written once, when the last case is read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    test_set = models.ForeignKey(TestSet, on_delete=models.PROTECT, related_name="sittings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sittings")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    passed = models.BooleanField(null=True)
    result = models.JSONField(default=dict, help_text="Counts and shares as judged at the end.")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["test_set", "reader"], condition=Q(finished_at=None), name="one_sitting_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.test_set}"


class Study(models.Model):
    """A reader study: every reader reads every case twice, with and without the AI, a washout apart."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    test_set = models.ForeignKey(TestSet, on_delete=models.PROTECT, related_name="studies")
    readers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="studies", verbose_name=_("readers"))
    washout_days = models.PositiveSmallIntegerField(_("washout (days)"), default=28)
    seed = models.PositiveIntegerField(_("seed of the random order"), default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class StudyPeriod(models.Model):
    """One of the two rounds of one reader."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="periods")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["study", "reader", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "reader", "number"], name="two_rounds_per_reader")]

    def __str__(self) -> str:
        return f"{self.study} {self.reader} {self.number}"


class GivenCase(models.Model):
    """Which test case a consult really is. Only this row knows. Insert-only."""

    consult = models.OneToOneField(
        Consult, on_delete=models.PROTECT, related_name="given_case", db_column="referral_id"
    )
    case = models.ForeignKey(TestCase, on_delete=models.PROTECT, related_name="given_cases")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, null=True, related_name="given_cases")
    period = models.ForeignKey(StudyPeriod, on_delete=models.PROTECT, null=True, related_name="given_cases")
    position = models.PositiveSmallIntegerField(default=0)
    with_ai = models.BooleanField(null=True, help_text="The arm, in a study.")

    class Meta:
        db_table = "screening_planted"
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.case} for {self.reader}"
