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


class ReferralQuerySet(models.QuerySet["Referral"]):
    def readable_by(self, user: Any) -> ReferralQuerySet:
        """Referrals at the reader's sites, in programmes they are certified for. Nobody else reads."""
        certified = Certificate.objects.in_force(user)
        return self.filter(
            encounter__site__in=sites_of(user, Role.READER),
            encounter__programme__in=certified.values("programme_id"),
        )

    def worklist(self, user: Any) -> ReferralQuerySet:
        """What this reader can take now, most urgent first, then by due time.

        Not listed: what another reader holds, what this reader has finished, and disagreements this
        reader may not adjudicate.
        """
        now = timezone.now()
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
    """The specialists' answer to the field worker. Insert-only, one per referral."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="outcome")
    action = models.CharField(max_length=20, choices=ActionCode.choices)
    finding = models.CharField(max_length=20)
    advice = models.TextField(blank=True)
    recall_months = models.PositiveSmallIntegerField(null=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.get_action_display()
