"""Tell the people of a site. A notice is an insert; seeing it is the only change."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from screening.models import Encounter, Notice


def tell(encounter: Encounter, kind: Notice.Kind) -> Notice:
    """One unseen notice of a kind per encounter is enough: telling twice is telling once."""
    notice, _ = Notice.objects.get_or_create(site_id=encounter.site_id, encounter=encounter, kind=kind, seen_at=None)
    return notice


def seen(encounter: Encounter, user: Any) -> int:
    """The user looked at the encounter: its notices are seen."""
    return (
        Notice.objects.visible_to(user)
        .unseen()
        .filter(encounter=encounter)
        .update(seen_at=timezone.now(), seen_by=user)
    )
