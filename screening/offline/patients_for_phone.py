"""My patients as a phone keeps them while somebody is signed in: who, and where each visit stands, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from screening.models import Encounter, Patient
from screening.offline import apply
from screening.words import sentences
from screening.words.sentences import Stand

DAYS = timedelta(days=30)
AT_MOST = 300
ON_PAPER = frozenset({Stand.RECALL, Stand.REFER, Stand.REFER_URGENT})
FACTS = ("id", "site", "name", "sex", "birth_year", "phone", "local_id", "origin", "enrolled_at")


def patients(user: Any) -> list[dict[str, Any]]:
    """The patients of the user's sites with anything in the last weeks, newest first, in a fixed number of queries."""
    last_visit = Encounter.objects.filter(patient=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
    found = (
        Patient.objects.visible_to(user)
        .annotate(last=Coalesce(Subquery(last_visit), "enrolled_at"))
        .filter(last__gte=timezone.now() - DAYS)
        .select_related("site")
        .order_by("-last", "pk")[:AT_MOST]
    )
    listed = {patient.pk: {fact: getattr(patient, fact) for fact in FACTS} | {"visits": []} for patient in found}
    newest = list(Encounter.objects.newest_of(list(found)).with_standing().order_by("-started_at"))
    arriving = apply.arriving([encounter.pk for encounter in newest])
    for encounter in newest:
        listed[encounter.patient_id]["visits"].append(_visit(encounter, arriving.get(encounter.pk, 0)))
    return list(listed.values())


def _visit(encounter: Encounter, arriving: int) -> dict[str, Any]:
    answer = sentences.answer(encounter)
    told = ("what", "when", "where", "why", "who", "advice", "by_specialist")
    return {
        "encounter": encounter.pk, "programme": encounter.programme.code, "started_at": encounter.started_at,
        "handed_in_at": encounter.handed_in_at, "stand": answer.badge.code, "tone": answer.badge.tone,
        "words": answer.badge.words, "on_paper": sentences.stand(encounter) in ON_PAPER, "arriving": arriving,
        **{name: getattr(answer, name) for name in told},
    }  # fmt: skip
