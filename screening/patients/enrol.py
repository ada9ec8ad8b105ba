"""Enrol a patient at a site."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Site
from screening.models import Patient
from screening.patients.facts import as_kept
from screening.patients.index import refuse_taken, reindex
from screening.refusal import Refused


@transaction.atomic
def enrol(user: Any, site: Site, *, client_id: uuid.UUID | None = None, **facts: Any) -> Patient:
    """Enrol a patient at a site. The same client id is the same patient: sent twice, stored once.

    Raises Refused when the local number is somebody else's, or the id stands for other facts.
    """
    client_id = client_id or uuid.uuid4()
    known = Patient.objects.filter(pk=client_id).first()
    if known:
        if known.site_id != site.pk or not _said_of(known, facts):
            raise Refused("id_taken", _("This enrolment number belongs to somebody else. Enrol again."))
        return known
    refuse_taken(site, facts.get("local_id", ""))
    patient = Patient.objects.create(pk=client_id, site=site, enrolled_by=user, **facts)
    reindex(patient)
    record(user, "patient.enrol", patient)
    return patient


def _said_of(patient: Patient, facts: dict[str, Any]) -> bool:
    """Whether the facts are the patient's, now or before a correction: a phone may know no better."""
    other = [fact for fact, value in facts.items() if as_kept(fact, getattr(patient, fact)) != value]
    return all(
        str(facts[fact])
        in {as_kept(fact, old) for old in patient.corrections.filter(fact=fact).values_list("old", flat=True)}
        for fact in other
    )
