"""Enrol a patient at a site."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Site
from screening.models import Patient
from screening.patients.facts import KEPT
from screening.patients.index import local_number_taken, reindex
from screening.refusal import Refused


@transaction.atomic
def enrol(user: Any, site: Site, *, client_id: uuid.UUID | None = None, **facts: Any) -> Patient:
    """Enrol a patient at a site. The same client id is the same patient: sent twice, stored once.

    Raises Refused when the local number is somebody else's, or the id stands for other facts.
    """
    client_id = client_id or uuid.uuid4()
    known = Patient.objects.filter(pk=client_id).first()
    if known:
        if known.site_id != site.pk or any(_as_kept(known, fact) != value for fact, value in facts.items()):
            raise Refused("id_taken", _("This enrolment number belongs to somebody else. Enrol again."))
        return known
    local_id = facts.get("local_id", "")
    if local_number_taken(site, local_id):
        raise Refused(
            "local_id_taken",
            _("A patient with local number %(id)s is already enrolled here. Search for them instead.")
            % {"id": local_id},
        )
    patient = Patient.objects.create(pk=client_id, site=site, enrolled_by=user, **facts)
    reindex(patient)
    record(user, "patient.enrol", patient)
    return patient


def _as_kept(patient: Patient, fact: str) -> Any:
    """A fact as it would be kept today: one enrolled by an earlier version is the same person."""
    value = getattr(patient, fact)
    return KEPT[fact](value) if fact in KEPT else value
