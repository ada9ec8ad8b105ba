"""A specialist is asked: the worklist, the claim, and the answer."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role
from screening.models.decision import ActionCode, Decision
from screening.models.encounter import Encounter
from screening.models.programme import Certificate

CLAIM_MINUTES = 15


class PriorityCode(models.TextChoices):
    URGENT = "urgent", _("Urgent")
    REFER = "refer", _("Refer")
    REVIEW = "review", _("Needs a human read")
    SAMPLE = "sample", _("Quality sample")


class Setting(models.TextChoices):
    """What a referral is read for. All but `care` are test cases, kept for one reader and counted nowhere."""

    CARE = "care", _("Care")
    HIDDEN = "hidden", _("Hidden test")
    EXAM = "exam", _("Exam")
    STUDY = "study", _("Reader study")


class ReferralQuerySet(models.QuerySet["Referral"]):
    def readable_by(self, user: Any) -> ReferralQuerySet:
        """Referrals at the reader's sites, in programmes they are certified for. Nobody else reads.

        What is kept for one reader is that reader's alone; an exam and a study need no certificate yet.
        """
        certified = Q(encounter__programme__in=Certificate.objects.in_force(user).values("programme_id"))
        mine = Q(kept_for_id=getattr(user, "pk", None))
        sat = mine & Q(setting__in=(Setting.EXAM, Setting.STUDY))
        return self.filter(
            (certified & (Q(kept_for=None) | mine)) | sat, encounter__site__in=sites_of(user, Role.READER)
        )

    def care(self) -> ReferralQuerySet:
        """Patients. Test cases are left out."""
        return self.filter(setting=Setting.CARE)

    def worklist(self, user: Any) -> ReferralQuerySet:
        """What this reader can take now, most urgent first, then by due time.

        Not listed: what another reader holds, what this reader has finished, what waits for the field worker's
        answer, and disagreements this reader may not adjudicate.
        """
        now = timezone.now()
        asked = Q(waits_since__isnull=False, due_at__gte=now)  # back at the latest when the answer is due
        adjudicates = Certificate.objects.in_force(user).filter(adjudicates=True).values("programme_id")
        rank = Case(
            When(priority="urgent", then=Value(0)),
            When(priority="refer", then=Value(1)),
            When(priority="review", then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
        free = Q(claimed_by=None) | Q(claim_until__lt=now) | Q(claimed_by_id=getattr(user, "pk", None))
        return (
            self.readable_by(user)
            .filter(
                free,
                Q(state=Referral.State.OPEN) | Q(state=Referral.State.DISPUTED, encounter__programme__in=adjudicates),
            )
            .filter(setting__in=(Setting.CARE, Setting.HIDDEN))
            .exclude(asked)
            .exclude(
                pk__in=self.model.objects.filter(
                    reads__reader_id=getattr(user, "pk", None), reads__stage="final"
                ).values("pk")
            )
            .annotate(rank=rank)
            .order_by("rank", "due_at", "pk")
        )

    def claim(self, referral_id: Any, user: Any) -> bool:
        """Take (or renew) the claim for 15 minutes. False if another reader holds it or it is closed."""
        now = timezone.now()
        if not self.worklist(user).filter(pk=referral_id).exists():
            return False
        # On the row alone, without a join: only then does PostgreSQL judge the condition again after waiting for
        # another reader's claim to commit.
        mine_or_free = Q(claimed_by=None) | Q(claim_until__lt=now) | Q(claimed_by=user)
        row = self.model.objects.filter(mine_or_free, pk=referral_id).exclude(state=Referral.State.CLOSED)
        return bool(row.update(claimed_by=user, claim_until=now + timedelta(minutes=CLAIM_MINUTES)))


class Referral(models.Model):
    """One encounter before a specialist. One per encounter: new evidence raises its priority."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DISPUTED = "disputed", _("Readers disagree")
        CLOSED = "closed", _("Answered")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="referral")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    priority = models.CharField(max_length=10, choices=PriorityCode.choices)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="claims"
    )
    claim_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True, help_text="When the claim that holds was taken: the reading time.")
    waits_since = models.DateTimeField(null=True, help_text="A reader asked the field worker, who has not answered.")
    back_at = models.DateTimeField(null=True, help_text="When the field worker last answered a reader.")
    sampled_at = models.FloatField(null=True, help_text="The share of all-clears drawn when this one was.")
    setting = models.CharField(max_length=10, choices=Setting.choices, default=Setting.CARE)
    kept_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    mode = models.CharField(max_length=20, blank=True, help_text="How the AI is shown, where it is not as usual.")
    outcome = models.OneToOneField(
        "Outcome", on_delete=models.PROTECT, null=True, related_name="+", help_text="The answer that holds."
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["state", "priority", "due_at"], name="worklist_order")]

    def __str__(self) -> str:
        return f"{self.get_priority_display()} {self.encounter}"

    @property
    def overdue(self) -> bool:
        return self.state != self.State.CLOSED and self.due_at < timezone.now()

    def held_by(self, user: Any) -> bool:
        """Whether the user holds the claim and it has not lapsed."""
        return bool(
            self.claimed_by_id
            and self.claimed_by_id == user.pk
            and self.claim_until
            and self.claim_until >= timezone.now()
        )

    def release(self, user: Any) -> None:
        Referral.objects.filter(pk=self.pk, claimed_by=user).update(claimed_by=None, claim_until=None)


class Outcome(models.Model):
    """The specialists' answer to the field worker. Insert-only: a correction is the next number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="outcomes")
    number = models.PositiveSmallIntegerField(default=1)
    action = models.CharField(max_length=20, choices=ActionCode.choices)
    finding = models.CharField(max_length=20)
    advice = models.TextField(blank=True)
    advice_codes = models.JSONField(default=list, help_text="Standard sentences, said in the patient's language.")
    recommendation = models.CharField(max_length=10, blank=True)
    recall_months = models.PositiveSmallIntegerField(null=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["referral", "-number"]
        constraints = [models.UniqueConstraint(fields=["referral", "number"], name="outcomes_are_numbered")]

    def __str__(self) -> str:
        return self.get_action_display()
