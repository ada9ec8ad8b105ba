"""Something the people of a site should see. An insert with `seen_at=None`; seeing it is the only change."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models.encounter import Encounter


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> NoticeQuerySet:
        """Notices to a site, for those who work or manage there; a notice to one reader is that reader's alone."""
        of_site = models.Q(reader=None, site__in=sites_of(user, Role.FIELD_WORKER, Role.SITE_MANAGER))
        return self.filter(of_site | models.Q(reader_id=getattr(user, "pk", None), reader__isnull=False))

    def to_reader(self, user: Any) -> NoticeQuerySet:
        return self.filter(reader_id=getattr(user, "pk", None), reader__isnull=False)

    def unseen(self) -> NoticeQuerySet:
        return self.filter(seen_at=None)


class Notice(models.Model):
    class Kind(models.TextChoices):
        REFERRED = "referred", _("Referred")
        RETAKE = "retake", _("Photo wanted again")
        ANSWERED = "answered", _("The specialist has answered")
        IDENTITY = "identity", _("Check whose picture this is")
        WANTED = "wanted", _("The specialist wants a new photo")
        QUESTION = "question", _("The specialist has a question")
        AMENDED = "amended", _("The specialist has corrected the answer")
        REOPENED = "reopened", _("The specialist looks again at what came later")
        OVERDUE = "overdue", _("A consult is overdue")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="notices")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="notices")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+",
        help_text="Set: a reminder to this reader alone.",
    )  # fmt: skip
    kind = models.CharField(max_length=20, choices=Kind.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["site", "seen_at"], name="unseen_notices")]

    def __str__(self) -> str:
        return self.get_kind_display()
