"""People, places and duties, and the record of who did what."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    FIELD_WORKER = "field_worker", _("Field worker")
    READER = "reader", _("Reader")
    SITE_MANAGER = "site_manager", _("Site manager")
    PROGRAMME_MANAGER = "programme_manager", _("Programme manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    MACHINE = "machine", _("Machine client")


class Site(models.Model):
    """A place where people are screened: a health post, a clinic, a van."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    directions = models.CharField(
        _("where referred patients go"),
        max_length=240,
        blank=True,
        help_text=_("Shown on the result: the hospital, the day, the telephone number."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person (or machine) that signs in. What they may do is in their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self) -> MembershipQuerySet:
        """Duties that hold now: begun, not ended, of a user who may still sign in."""
        now = timezone.now()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now, user__is_active=True)

    def of(self, user: Any, *roles: Role) -> MembershipQuerySet:
        if not getattr(user, "pk", None):
            return self.none()
        held = self.in_force().filter(user_id=user.pk)
        return held.filter(role__in=roles) if roles else held


class Membership(models.Model):
    """One duty of one person at one site, between two dates. An administrator's has no site."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="memberships", null=True, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            # Two constraints, not one with nulls_distinct=False: SQLite would silently go without that one.
            models.UniqueConstraint(fields=["user", "site", "role"], name="one_row_per_duty"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(site=None), name="one_row_per_duty_without_a_site"
            ),
            models.CheckConstraint(condition=Q(role="administrator") | Q(site__isnull=False), name="a_duty_has_a_site"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} @ {self.site or '*'}"


class AuditChain(models.Model):
    """One row: the end of the audit chain. Updating it is the lock that keeps the chain in one line."""

    length = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.length} {self.hash[:8]}"


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> int:
        raise TypeError("Audit events are append-only.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Audit events are append-only.")


class AuditEvent(models.Model):
    """One act: who did what to which row. Carries ids only, never a name. Hash-chained, append-only."""

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.subject_type}"
