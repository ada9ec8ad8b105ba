"""Is it one of these? Patients who may be the person that is about to be enrolled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from accounts.models import Site
from screening.models import Patient
from screening.rules import likeness
from screening.rules.likeness import ASKED_FROM, MOST


def similar(user: Any, site: Site, facts: Mapping[str, Any]) -> list[Patient]:
    """Up to five of the user's patients who may be who the facts tell of, the likest first.

    `facts`: as `enrol` takes them. Each has the day of their `last_visit`. See `rules/likeness` for what counts.
    """
    new = likeness.Facts(facts["name"], facts["sex"], facts["birth_year"], facts.get("phone", ""), str(site.pk))
    found = Patient.objects.visible_to(user).resembling(new.name, new.phone, new.birth_year)
    points = {patient.pk: likeness.likeness(new, told_of(patient)) for patient in found}
    best = sorted((pk for pk, n in points.items() if n >= ASKED_FROM), key=lambda pk: (-points[pk], pk))[:MOST]
    last = Patient.objects.select_related("site").annotate(last_visit=Max("encounters__day")).in_bulk(best)
    return [last[pk] for pk in best]


def told_of(patient: Patient) -> likeness.Facts:
    return likeness.Facts(patient.name, patient.sex, patient.birth_year, patient.phone, str(patient.site_id))
