"""A specialist is asked: the worklist, the claim, and the answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models.choices import ACTIONS, PRIORITIES
from screening.models.decision import Decision
from screening.models.encounter import Encounter
from screening.models.programme import Certificate, Programme

if TYPE_CHECKING:
    from screening.models.read import Read

LEASE = timedelta(minutes=15)
# Urgent, everything else, answered. No finer: to put a positive score before a quality sample would betray the AI
# to a blind reader. The due time, which differs by priority, does the rest.
URGENT, ROUTINE, ANSWERED = 0, 1, 9


class Setting(models.TextChoices):
    """What a consult is read for. All but `care` are test cases, kept for one reader and counted nowhere."""

    CARE = "care", _("Care")
    HIDDEN = "hidden", _("Hidden test")
    EXAM = "exam", _("Exam")
    STUDY = "study", _("Reader study")


@dataclass(frozen=True)
class Duties:
    """Ids of the programmes a reader is certified for, of those they adjudicate, and of the sites where they read.

    They are few and asked for at once: with their ids the databases count and order a long list as it lies; with a
    subquery in their place PostgreSQL expects a tenth of the rows, fetches every one of them and sorts.
    """

    programmes: list[Any]
    adjudicates: list[Any]
    sites: list[Any]

    @classmethod
    def of(cls, user: Any) -> Duties:
        held = list(Certificate.objects.in_force(user).values_list("programme_id", "adjudicates"))
        sites = list(sites_of(user, Role.READER).values_list("site_id", flat=True))
        return cls([pk for pk, _adjudicates in held], [pk for pk, adjudicates in held if adjudicates], sites)


class ConsultQuerySet(models.QuerySet["Consult"]):
    def readable_by(self, user: Any) -> ConsultQuerySet:
        """Consults at the reader's sites, in programmes they are certified for. Nobody else reads.

        What is kept for one reader is that reader's alone; an exam and a study need no certificate yet. One whose
        patient withdrew is there for nobody but who held it then, to be told.
        """
        holds = Q(claimed_by_id=getattr(user, "pk", None), claim_until__gte=timezone.now())
        return self._readable(user, Duties.of(user)).filter(Q(withdrawn_at=None) | holds)

    def _readable(self, user: Any, duties: Duties) -> ConsultQuerySet:
        certified = Q(programme__in=duties.programmes)
        mine = Q(kept_for_id=getattr(user, "pk", None))
        sat = mine & Q(setting__in=(Setting.EXAM, Setting.STUDY))
        return self.filter((certified & (Q(kept_for=None) | mine)) | sat, site__in=duties.sites)

    def care(self) -> ConsultQuerySet:
        """Patients. Test cases are left out."""
        return self.filter(setting=Setting.CARE)

    def takeable(self, user: Any) -> ConsultQuerySet:
        """What this reader may claim now, exams and studies among it, which are taken from their own pages.

        Not: what another reader holds, what this reader has finished, what waits for the field worker's
        answer, and disagreements this reader may not adjudicate.
        """
        asked = Q(waits_since__isnull=False, due_at__gte=timezone.now())  # back at the latest when the answer is due
        me = getattr(user, "pk", None)
        duties = Duties.of(user)
        now_read = Q(reopened_at=None) | Q(reads__read_at__gte=F("reopened_at"))
        finished = self.model.objects.filter(now_read, reads__reader_id=me, reads__stage="final").values("pk")
        return (
            self._readable(user, duties)
            .filter(
                Q(claimed_by=None) | Q(claim_until__lt=timezone.now()) | Q(claimed_by_id=me),
                # The stored rank leaves the answered ones out, and its index gives the order: nothing is sorted.
                Q(state=Consult.State.OPEN) | Q(state=Consult.State.DISPUTED, programme__in=duties.adjudicates),
                rank__lt=ANSWERED,
            )
            .exclude(asked)
            .exclude(pk__in=finished)
        )

    def worklist(self, user: Any) -> ConsultQuerySet:
        """What this reader is to read: urgent before all others, then by due time. Hidden tests are not told apart."""
        return self.takeable(user).filter(setting__in=(Setting.CARE, Setting.HIDDEN)).order_by("rank", "due_at", "pk")

    def held_elsewhere(self, user: Any) -> ConsultQuerySet:
        """What colleagues hold now: their leases, the one that ends first on top."""
        held = self.readable_by(user).filter(claim_until__gte=timezone.now(), rank__lt=ANSWERED)
        return held.exclude(claimed_by=getattr(user, "pk", None)).order_by("claim_until")

    def late(self) -> ConsultQuerySet:
        """Past their due time."""
        return self.filter(due_at__lt=timezone.now())

    def overdue(self) -> ConsultQuerySet:
        """Unanswered past their due time, held by nobody, the longest overdue first."""
        now = timezone.now()
        free = Q(claimed_by=None) | Q(claim_until__lt=now)
        return self.care().filter(free, rank__lt=ANSWERED, due_at__lt=now).order_by("rank", "due_at", "pk")

    def claim(self, consult_id: Any, user: Any, lease: timedelta = LEASE) -> bool:
        """Take (or renew) the claim for the lease. False if another reader holds it or it is closed."""
        now = timezone.now()
        if not self.takeable(user).filter(pk=consult_id).exists():
            return False
        # On the row alone, without a join: only then does PostgreSQL judge the condition again after waiting for
        # another reader's claim to commit.
        mine_or_free = Q(claimed_by=None) | Q(claim_until__lt=now) | Q(claimed_by=user)
        row = self.model.objects.filter(mine_or_free, pk=consult_id).exclude(state=Consult.State.CLOSED)
        return bool(row.update(claimed_by=user, claim_until=now + lease))


class Consult(models.Model):
    """One encounter before a specialist. One per encounter: new evidence raises its priority."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DISPUTED = "disputed", _("Readers disagree")
        CLOSED = "closed", _("Answered")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="consult")
    # The encounter's own, which never change: the worklist is sifted and counted without a join.
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    priority = models.CharField(max_length=10, choices=PRIORITIES)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="claims"
    )
    claim_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(
        null=True, help_text="Something came after the answer: what was read before then does not count any more."
    )
    withdrawn_at = models.DateTimeField(null=True, help_text="The encounter's own: sifted by without a join.")
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
    # Somebody in particular was reminded of it because it is overdue. Others may still take it.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="assigned"
    )
    assigned_at = models.DateTimeField(null=True)
    rank = models.GeneratedField(
        expression=Case(
            When(state="closed", then=Value(ANSWERED)), When(priority="urgent", then=Value(URGENT)),
            default=Value(ROUTINE),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )  # fmt: skip

    objects = ConsultQuerySet.as_manager()

    class Meta:
        db_table = "screening_referral"  # its name of the first release
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["rank", "due_at", "id"], name="worklist_order"),
            models.Index(fields=["claim_until"], name="worklist_held"),
            # Holds all that is counted and sifted by: the counts of a long list never touch a row.
            models.Index(
                fields=["programme", "site", "priority", "rank", "state", "claimed_by", "claim_until", "due_at",
                        "assigned_to", "back_at", "setting", "kept_for", "waits_since", "id"],
                name="worklist_counts",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_priority_display()} {self.encounter}"

    def current_reads(self) -> models.QuerySet[Read]:
        """The reads of what is asked now: not those of before it was opened again."""
        return self.reads.filter(read_at__gte=self.reopened_at) if self.reopened_at else self.reads.all()

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

    def lease_seconds(self, user: Any) -> int:
        """How long the user's claim still holds; 0 where it does not."""
        if not self.held_by(user) or self.claim_until is None:
            return 0
        return max(0, int((self.claim_until - timezone.now()).total_seconds()))

    def release(self, user: Any) -> None:
        Consult.objects.filter(pk=self.pk, claimed_by=user).update(claimed_by=None, claim_until=None)


class Outcome(models.Model):
    """The specialists' answer to the field worker. Insert-only: a correction is the next number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consult = models.ForeignKey(Consult, on_delete=models.PROTECT, related_name="outcomes", db_column="referral_id")
    number = models.PositiveSmallIntegerField(default=1)
    action = models.CharField(max_length=20, choices=ACTIONS)
    finding = models.CharField(max_length=20)
    advice = models.TextField(blank=True)
    advice_codes = models.JSONField(default=list, help_text="Standard sentences, said in the patient's language.")
    recommendation = models.CharField(max_length=10, blank=True)
    recall_months = models.PositiveSmallIntegerField(null=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["consult", "-number"]
        constraints = [models.UniqueConstraint(fields=["consult", "number"], name="outcomes_are_numbered")]

    def __str__(self) -> str:
        return self.get_action_display()
