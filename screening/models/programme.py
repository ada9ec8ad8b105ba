"""A programme is a protocol: whom to screen, which views, which models and thresholds are in force."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from inference.models import ModelVersion, OperatingPoint
from inference.thresholds.stratum import Person
from inference.thresholds.stratum import parse as parse_stratum
from screening import rules
from screening.models.choices import modalities
from screening.rules.threshold_in_force import Choice, point_in_force


def views_default() -> list[str]:
    return []


class ReadingMode(models.TextChoices):
    """How the AI is shown to the reader."""

    BLIND_FIRST = "blind_first", _("Blind first: the AI is shown after the first impression")
    AI_FIRST = "ai_first", _("AI first: the reader sees the AI from the start")
    AI_SECOND = "ai_second", _("AI as second reader: shown after the final read; a difference calls another reader")
    AI_ORDER = "ai_order", _("The AI only orders the list: readers never see it")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: Any) -> ProgrammeQuerySet:
        """Programmes run at a site where the user has a duty; readers need a certificate as well."""
        duty = sites_of(user, Role.FIELD_WORKER, Role.SITE_MANAGER, Role.PROGRAMME_MANAGER, Role.MACHINE)
        reading = Certificate.objects.in_force(user).filter(programme__sites__in=sites_of(user, Role.READER))
        return self.filter(
            Q(pk__in=Programme.sites.through.objects.filter(site__in=duty).values("programme_id"))
            | Q(pk__in=reading.values("programme_id"))
        )


class Programme(models.Model):
    """The protocol of one screening programme."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    modality = models.CharField(_("modality"), max_length=20, choices=modalities)
    sites = models.ManyToManyField(Site, related_name="programmes", verbose_name=_("sites"))
    views = models.JSONField(_("required views"), default=views_default)
    age_min = models.PositiveSmallIntegerField(_("lowest age"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("highest age"), null=True, blank=True)
    retakes_allowed = models.PositiveSmallIntegerField(_("retakes per view"), default=2)
    recall_months = models.PositiveSmallIntegerField(_("recall after (months)"), default=12)
    symptoms_refer = models.BooleanField(_("symptoms refer whatever the score"), default=False)
    human_reads_all = models.BooleanField(_("a human reads every encounter"), default=False)
    use = models.CharField(
        _("use"), max_length=12, choices=OperatingPoint.Use.choices, default=OperatingPoint.Use.SCREENING,
        help_text=_("Only thresholds measured for this use count."),
    )  # fmt: skip
    drift_fallback = models.BooleanField(
        _("a drift alarm lets a human read everything at that site"), default=True,
        help_text=_("Until a manager has looked into the alarm."),
    )  # fmt: skip
    reads_needed = models.PositiveSmallIntegerField(_("reads per consult"), default=1)
    reading_mode = models.CharField(
        _("reading mode"), max_length=20, choices=ReadingMode.choices, default=ReadingMode.BLIND_FIRST
    )
    sample_rate = models.FloatField(
        _("quality sample"), default=0.0, help_text=_("Share of the AI's all-clears that readers look at, from 0 to 1.")
    )
    sample_salt = models.UUIDField(default=uuid.uuid4, editable=False, help_text="Makes the draw unforeseeable.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> rules.Modality:
        """Its modality as declared: everything the product knows of its kind of picture."""
        return rules.MODALITIES[self.modality]

    def protocol(self, site: Site | None = None) -> rules.Protocol:
        """The programme as the pure rules see it; at a site where the drift watch gave an alarm, a human reads all."""
        alarmed = bool(site and self.drift_fallback and self.alarms.open().filter(site=site).exists())
        return rules.Protocol(
            views=tuple(self.views),
            retakes_allowed=self.retakes_allowed,
            recall_months=self.recall_months,
            symptoms_refer=self.symptoms_refer,
            human_reads_all=self.human_reads_all or alarmed,
            age_min=self.age_min,
            age_max=self.age_max,
            reads_needed=self.reads_needed,
        )

    def model_in_force(self, purpose: str) -> ModelVersion | None:
        """The model version chosen last for the purpose; None until one is chosen."""
        choice = (
            self.model_choices.filter(purpose=purpose).select_related("model_version").order_by("-since", "-pk").first()
        )
        return choice.model_version if choice else None

    def shadow(self, purpose: str) -> ModelVersion | None:
        """The model version on trial beside the one in force; None where there is none."""
        choice = self.shadow_choices.filter(purpose=purpose).select_related("model_version").order_by("-since", "-pk")
        newest = choice.first()
        return newest.model_version if newest else None

    def threshold_for(
        self,
        model_version: ModelVersion,
        capture_class: str,
        *,
        site: Site | None = None,
        person: Person | None = None,
    ) -> OperatingPoint | None:
        """The operating point that binds pictures of this very model, capture class, site and person; None: a human.

        Without `site` the choices for the whole programme count, without `person` those for everybody.
        """
        chosen = (
            self.threshold_choices.bound()
            .filter(
                operating_point__model_version=model_version, operating_point__capture_class=capture_class,
                operating_point__use=self.use,
            )
            .select_related("operating_point")
            .order_by("since", "pk")
        )  # fmt: skip
        return point_in_force([choice.pure() for choice in chosen], site.pk if site else None, person or Person())


class ModelChoice(models.Model):
    """From `since` on, the programme uses this model for this purpose. Insert-only: the newest row wins."""

    class Why(models.TextChoices):
        FIRST = "first", _("came with the product")
        SWITCHED = "switched", _("switched to")
        ROLLED_BACK = "rolled_back", _("rolled back to")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="model_choices")
    purpose = models.CharField(max_length=10, choices=ModelVersion.Purpose.choices)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=12, choices=Why.choices, null=True)

    class Meta:
        ordering = ["-since"]

    def __str__(self) -> str:
        return f"{self.programme}: {self.model_version}"


class ThresholdChoiceQuerySet(models.QuerySet["ThresholdChoice"]):
    def bound(self) -> ThresholdChoiceQuerySet:
        """What two people stand for: chosen by one and signed by another. One alone may take a threshold back."""
        signed = Q(chosen_by__isnull=False, approved_by__isnull=False) & ~Q(chosen_by=F("approved_by"))
        return self.filter(signed | Q(withdrawn=True))


class ThresholdChoice(models.Model):
    """From `since` on, the programme uses this operating point. Insert-only: the newest row of a site and group wins.

    `site`: only there. `withdrawn`: it no longer counts, and a human reads instead.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="threshold_choices")
    operating_point = models.ForeignKey(OperatingPoint, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn = models.BooleanField(null=True)
    since = models.DateTimeField(default=timezone.now)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ThresholdChoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]

    def __str__(self) -> str:
        return f"{self.programme}: {self.operating_point}"

    def pure(self) -> Choice[OperatingPoint]:
        """The choice as the rules see it."""
        point = self.operating_point
        stratum = parse_stratum(point.stratum)
        return Choice(self.site_id, stratum, point.threshold, point.holds(), bool(self.withdrawn), point)


class ConsentText(models.Model):
    """What a patient is told before consenting. Insert-only: a new wording is a new version."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="consent_texts")
    version = models.CharField(_("version"), max_length=20)
    language = models.CharField(_("language"), max_length=10, default="en")
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version", "language"], name="one_text_per_version_and_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.version} ({self.language})"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def in_force(self, user: Any) -> CertificateQuerySet:
        return self.filter(
            Q(expires_on=None) | Q(expires_on__gte=timezone.localdate()), reader_id=getattr(user, "pk", None)
        )

    def led_by(self, user: Any) -> CertificateQuerySet:
        """Certificates of those who lead the quality of reading."""
        return self.in_force(user).filter(leads_quality=True)


class Certificate(models.Model):
    """A reader may read (and perhaps adjudicate) a programme, and may lead the quality of its reading."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="certificates")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="certificates")
    adjudicates = models.BooleanField(_("may adjudicate"), default=False)
    leads_quality = models.BooleanField(_("leads the quality of reading"), default=False)
    granted_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading certificate")
        verbose_name_plural = _("reading certificates")
        constraints = [
            models.UniqueConstraint(fields=["programme", "reader"], name="one_certificate_per_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.programme}"
