"""Hand in a visit: the field worker is done with the patient."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.models import Encounter
from screening.models.choices import view_label
from screening.refusal import Refused


def going_on(encounter: Encounter) -> bool:
    """Whether the visit waits to be handed in."""
    return encounter.handed_in_at is None and encounter.withdrawn_at is None


def missing_views(encounter: Encounter) -> list[str]:
    """Required views that are neither there nor excused."""
    here = encounter.images.belonging()
    have = set(here.values_list("view", flat=True)) | set(encounter.unobtainable)
    return [view for view in encounter.programme.views if view not in have]


@transaction.atomic
def hand_in(user: Any, encounter: Encounter) -> None:
    """The field worker is done with the patient. Raises Refused while a required view is neither there nor excused."""
    if missing := missing_views(encounter):
        raise Refused(
            "missing_view",
            _("Still missing: %(views)s. Take the photo, or say why it cannot be taken.")
            % {"views": ", ".join(view_label(v) for v in missing)},
        )
    if encounter.handed_in_at is None:
        encounter.handed_in_at = timezone.now()
        encounter.save(update_fields=["handed_in_at"])
        record(user, "encounter.hand_in", encounter)
    encounter.touch()
