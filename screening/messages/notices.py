"""Tell the people of a site. A notice is an insert; seeing it is the only change."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from screening.models import Encounter, Notice


def tell(encounter: Encounter, kind: Notice.Kind, reader: Any = None) -> Notice:
    """One unseen notice of a kind per encounter is enough: telling twice is telling once.

    To the people of the encounter's site, or with `reader` to that reader alone.
    """
    told: dict[str, Any] = {"site_id": encounter.site_id, "encounter": encounter, "kind": kind}
    told["reader"] = reader
    # Not get_or_create: two writers at once may have told twice, and that must never stop a third.
    return Notice.objects.unseen().filter(**told).first() or Notice.objects.create(**told)


def seen(encounter: Encounter, user: Any) -> int:
    """The user looked at the encounter: its notices are seen."""
    return (
        Notice.objects.visible_to(user)
        .unseen()
        .filter(encounter=encounter)
        .update(seen_at=timezone.now(), seen_by=user)
    )
