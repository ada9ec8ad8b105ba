"""How a reader likes to see the worklist: a name for a set of filters."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

AT_MOST = 12


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of(self, user: Any) -> SavedViewQuerySet:
        """A reader's own: nobody else sees or changes them."""
        return self.filter(reader_id=getattr(user, "pk", None))


class SavedView(models.Model):
    """`query` is the filters as the worklist's address carries them."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["reader", "name"], name="one_saved_view_per_name")]

    def __str__(self) -> str:
        return self.name
