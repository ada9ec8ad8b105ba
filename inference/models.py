"""Model versions, their operating points, and the runs of one model over one photo.

A Run is the job itself: a message to a worker is only a doorbell. It is claimed with a conditional
UPDATE that sets a lease and a token; whoever writes the result must still hold the token.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inference.thresholds.evidence import judged
from inference.woken import wake

MAX_ATTEMPTS = 3


class ModelVersion(models.Model):
    """One fixed model pack, known by the SHA-256 of its manifest (which pins every other file)."""

    class Purpose(models.TextChoices):
        GATE = "gate", _("Is this picture fit to grade?")
        FINDING = "finding", _("Finding")
        SECOND = "second", _("Second finding, beside the first")
        AID = "aid", _("Measures or marks; decides nothing")

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.SlugField(_("name"), max_length=60)
    version = models.CharField(_("version"), max_length=30)
    modality = models.CharField(_("modality"), max_length=20)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    manifest = models.JSONField()
    exam = models.JSONField(help_text=_("What the pack's exam measured on this machine."))
    installed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "-installed_at"]
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.sha256[:8]})"

    @property
    def heat_test(self) -> dict[str, Any] | None:
        """What the shuffle test found of its heat map (inference.explain): on its makers' pictures, else on the golden
        ones when it was installed. None where it has no map, or was not tested; `passed` is None where the pictures
        were too few to tell."""
        found = self.manifest.get("heat_map") or self.exam.get("heat_map")
        return judged(found) if found else None


class OperatingPoint(models.Model):
    """A threshold as a clinical object. Belongs to one model version and one capture class; insert-only.

    It holds for one use and one group of people (`stratum`, see inference.stratum; empty: everybody). `threshold`,
    `sensitivity` and the rest are fractions in [0, 1]; `sensitivity_lower` is the lower bound at `confidence`,
    measured on `positives` diseased and `negatives` healthy photos of `data`.
    """

    class Use(models.TextChoices):
        SCREENING = "screening", _("Screening of people without complaints")
        TRIAGE = "triage", _("Triage of people who come with complaints")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="operating_points")
    label = models.CharField(max_length=60)
    capture_class = models.CharField(max_length=30)
    use = models.CharField(max_length=12, choices=Use.choices, default=Use.SCREENING)
    stratum = models.CharField(max_length=120, blank=True, default="")
    threshold = models.FloatField()
    target_sensitivity = models.FloatField()
    sensitivity = models.FloatField()
    sensitivity_lower = models.FloatField()
    confidence = models.FloatField(default=0.95)
    specificity = models.FloatField()
    positives = models.PositiveIntegerField()
    negatives = models.PositiveIntegerField()
    data = models.CharField(max_length=240)
    measured_on = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(threshold__gte=0, threshold__lte=1), name="threshold_is_a_fraction"),
            models.UniqueConstraint(
                fields=[
                    "model_version",
                    "label",
                    "capture_class",
                    "use",
                    "stratum",
                    "threshold",
                    "target_sensitivity",
                    "data",
                ],
                name="one_operating_point_per_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ≥ {self.threshold:.3f} ({self.capture_class})"

    def holds(self) -> bool:
        """Whether it has not expired."""
        return self.expires_on is None or self.expires_on >= timezone.localdate()


class RunQuerySet(models.QuerySet["Run"]):
    def submit(self, photo: str, versions: Iterable[ModelVersion], *, aside: bool = False) -> None:
        """Queue the photo for each model. A photo already queued or assessed by a model stays one Run.

        Wakes the photo if a model that decides has to look at it. `aside`: scored after those; nobody waits for it,
        and the sweep is soon enough.
        """
        chosen = list(versions)
        self.bulk_create(
            [Run(display_sha256=photo, model_version=version, aside=aside) for version in chosen], ignore_conflicts=True
        )
        if aside:
            return
        mine = self.filter(display_sha256=photo, model_version__in=chosen)
        mine.filter(aside=True).update(aside=False)  # what ran aside until now decides from now on
        if mine.claimable().exists():
            wake("photo", photo)

    def call_off(self, photos: Iterable[str]) -> None:
        """Nobody may look at these photos any more: what is queued goes, and who is at it now writes nothing."""
        self.filter(display_sha256__in=list(photos), state__in=(Run.State.QUEUED, Run.State.LEASED)).delete()

    def claimable(self) -> RunQuerySet:
        """Queued, or leased by a worker that has not been heard of, and not yet tried too often."""
        lapsed = Q(state=Run.State.LEASED, lease_until__lt=timezone.now())
        return self.filter(Q(state=Run.State.QUEUED) | lapsed, attempts__lt=MAX_ATTEMPTS)

    def claim(self, photo: str, *, aside: bool = False) -> list[Run]:
        """Take every claimable Run of a photo under a fresh lease. Counts the attempt before it starts.

        Runs aside are claimed apart: a model on trial that kills its worker takes no deciding Run with it.
        """
        token = uuid.uuid4()
        until = timezone.now() + timedelta(seconds=settings.FIELDLIGHT_LEASE_SECONDS)
        self.filter(display_sha256=photo, aside=aside).claimable().update(
            state=Run.State.LEASED, token=token, lease_until=until, attempts=F("attempts") + 1
        )
        return list(self.filter(token=token).select_related("model_version"))

    def stalled(self) -> RunQuerySet:
        """Claimable, and no doorbell rung for it lately. A message lives as long as a lease: older ones are lost."""
        quiet = timezone.now() - timedelta(seconds=settings.FIELDLIGHT_LEASE_SECONDS)
        return self.claimable().filter(Q(dispatched_at=None) | Q(dispatched_at__lt=quiet))

    def dispatched(self, photo: str) -> None:
        self.filter(display_sha256=photo).update(dispatched_at=timezone.now())

    def give_up(self) -> list[str]:
        """Fail the Runs whose last allowed attempt lapsed (the worker died each time). Names their photos."""
        dead = self.filter(state=Run.State.LEASED, lease_until__lt=timezone.now(), attempts__gte=MAX_ATTEMPTS)
        with transaction.atomic():
            photos = sorted(set(dead.values_list("display_sha256", flat=True)))
            dead.update(state=Run.State.FAILED, error="worker_died", token=None, finished_at=timezone.now())
        return photos


class Run(models.Model):
    """One photo (by the SHA-256 of its cleaned bytes) through one model version. Knows no patient."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        LEASED = "leased", _("Being assessed")
        DONE = "done", _("Assessed")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    display_sha256 = models.CharField(max_length=64, db_index=True, db_column="photo")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="runs")
    aside = models.BooleanField(default=False, help_text="Scored beside the models that decide; nobody waits for it.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True, db_index=True)
    lease_until = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    scores = models.JSONField(default=dict, help_text="Activated score per label, each in [0, 1].")
    score = models.FloatField(null=True, help_text="The finding's abnormality score in [0, 1].")
    gradable = models.BooleanField(null=True, help_text="Gate models only.")
    reason = models.CharField(max_length=30, blank=True, help_text="Why the photo is ungradable.")
    measures = models.JSONField(default=dict)
    heat = models.CharField(max_length=120, blank=True, help_text="Blob of the heat map (PNG with alpha).")
    milliseconds = models.FloatField(null=True)
    error = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["display_sha256", "model_version"], name="a_photo_once_per_model"),
        ]
        indexes = [
            models.Index(
                fields=["state", "lease_until"], name="open_runs", condition=Q(state__in=["queued", "leased"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_sha256[:8]} × {self.model_version_id[:8]}: {self.state}"

    def _settle(self, **columns: Any) -> bool:
        # Only the holder of the token may write: a worker frozen past its lease is turned away.
        mine = Run.objects.filter(pk=self.pk, token=self.token, state=Run.State.LEASED)
        return bool(self.token and mine.update(**columns))

    def finish(self, **columns: Any) -> bool:
        """Store the assessment. False, and nothing stored, if the lease went to somebody else."""
        return self._settle(state=Run.State.DONE, token=None, finished_at=timezone.now(), error="", **columns)

    def stumble(self, error: str) -> bool:
        """One attempt failed: back to the queue, or failed for good after the last allowed attempt."""
        if self.attempts >= MAX_ATTEMPTS:
            return self._settle(state=Run.State.FAILED, token=None, finished_at=timezone.now(), error=error[:60])
        return self._settle(state=Run.State.QUEUED, token=None, dispatched_at=None, error=error[:60])
