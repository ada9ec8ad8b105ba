"""Begin a visit: who may be screened, and whether the visit still takes something in."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening import rules
from screening.models import Encounter, Patient, Programme
from screening.refusal import Refused
from screening.visit.consent import consented


def _sentence(why: rules.Ineligible, programme: Programme) -> str:
    if why is rules.Ineligible.TOO_YOUNG:
        return _("This programme screens people aged %(age)d and over. Refer the patient to the clinic instead.") % {
            "age": programme.age_min
        }
    if why is rules.Ineligible.TOO_OLD:
        return _("This programme screens people up to %(age)d years. Refer the patient to the clinic instead.") % {
            "age": programme.age_max
        }
    if why is rules.Ineligible.AGE_UNKNOWN:
        return _("Enter the birth year first: this programme has age limits.")
    return _("The patient has not consented. Explain again, or thank them and stop here.")


def just_now(claimed: datetime | None = None, clock_error: timedelta | None = None) -> rules.Began:
    """Begun as it is received, or at the moment a phone claims; see rules.began."""
    zone = timezone.get_current_timezone()
    return rules.began(timezone.now(), zone, claimed=claimed, clock_error=clock_error)


@transaction.atomic
def open_encounter(
    user: Any,
    patient: Patient,
    programme: Programme,
    *,
    client_id: uuid.UUID | None = None,
    claimed_at: datetime | None = None,
    began: rules.Began | None = None,
    whatever_age: bool = False,
) -> Encounter:
    """Open a visit. Raises Refused without consent or outside the programme's ages. Idempotent by id.

    `began`: when it was, where that was not now; ages count on that day. `whatever_age`: somebody decided to take in a
    patient outside the ages; then a human reads (Encounter.beyond).
    """
    known = Encounter.objects.filter(pk=client_id).first() if client_id else None
    if known:
        if (known.patient_id, known.programme_id) != (patient.pk, programme.pk):
            raise Refused("id_taken", _("This visit number belongs to another patient. Start the visit again."))
        return known
    if not programme.sites.filter(pk=patient.site_id).exists():
        raise Refused("not_here", _("This programme is not run at the patient's site."))
    began = began or just_now()
    age = patient.age_on(began.day)
    why = rules.eligibility(programme.protocol(), age=age, consented=consented(patient, programme))
    of_age = (rules.Ineligible.TOO_YOUNG, rules.Ineligible.TOO_OLD, rules.Ineligible.AGE_UNKNOWN)
    if why and not (whatever_age and why in of_age):
        raise Refused(why.value, _sentence(why, programme))
    # A clock that nobody measured is good for no order.
    started_at = began.at if began.measured else timezone.now()
    encounter = Encounter.objects.create(
        pk=client_id or uuid.uuid4(), patient=patient, programme=programme, site_id=patient.site_id,
        started_by=user, claimed_at=claimed_at, started_at=started_at, day=began.day,
        day_measured=began.measured,
    )  # fmt: skip
    record(user, "encounter.open", encounter, programme=programme.code)
    return encounter
