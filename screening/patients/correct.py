"""Put a fact about a patient right: what it was, who changed it and why stay with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import sites_of
from accounts.audit import record
from accounts.models import Role
from screening.models import Consult, Correction, Encounter, Patient
from screening.patients.facts import as_kept
from screening.patients.index import refuse_taken, reindex
from screening.refusal import Incorrect

FACTS: tuple[str, ...] = tuple(Correction.Fact.values)
JUDGED_BY = {"birth_year", "sex"}  # ages and groups of people choose models and thresholds


def correctable_by(user: Any) -> QuerySet[Patient]:
    """Whose facts the user may put right: those of the sites where they work or manage."""
    here = sites_of(user, Role.FIELD_WORKER, Role.SITE_MANAGER)
    return Patient.objects.visible_to(user).filter(site__in=here).select_related("site")


@transaction.atomic
def correct(
    user: Any, patient: Patient, told: Mapping[str, Any], *, was: Mapping[str, object], why: Correction.Why
) -> Patient:
    """Put facts right; the patient as she now stands. Sent twice, it is done once.

    `told`: facts as `patients.facts` keeps them. `was`: what the person who corrects was shown of each. A fact told as
    it was shown is left as it is, whatever became of it meanwhile. Raises Incorrect (`changed`) and changes nothing
    where somebody else corrected one of the others, and Refused where the local number is another patient's.
    """
    stands = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)
    new = _new(stands, told, was)
    if not new:
        return stands
    if "local_id" in new:
        refuse_taken(stands.site, new["local_id"], besides=stands)
    for fact, value in new.items():
        old = str(getattr(stands, fact))
        Correction.objects.create(patient=stands, fact=fact, old=old, new=str(value), why=why, by=user)
        setattr(stands, fact, value)
    stands.save(update_fields=list(new))
    reindex(stands)
    record(user, "patient.correct", stands, facts=sorted(new), why=str(why))
    if JUDGED_BY & set(new):
        _judge_again(stands)
    return stands


def _new(stands: Patient, told: Mapping[str, Any], was: Mapping[str, object]) -> dict[str, Any]:
    """The facts to change. Raises Incorrect where one does not stand as it was shown."""
    new, changed = {}, {}
    for fact in [fact for fact in FACTS if fact in told]:
        if fact not in was:
            said = _("Say what it was: another person may have corrected it.")
            raise Incorrect("invalid", {fact: said}, said)
        now, shown = str(as_kept(fact, getattr(stands, fact))), str(as_kept(fact, str(was[fact])))
        if str(told[fact]) in (now, shown):
            continue
        if now != shown:
            changed[fact] = _("Corrected meanwhile. It is now: %(now)s") % {"now": _in_words(stands, fact)}
        new[fact] = told[fact]
    if changed:
        raise Incorrect("changed", changed, _("Somebody else corrected this meanwhile. Look at it and decide again."))
    return new


def _in_words(patient: Patient, fact: str) -> str:
    return patient.get_sex_display() if fact == "sex" else str(getattr(patient, fact))


def _judge_again(patient: Patient) -> None:
    """Visits without a specialist's answer are decided again: those under way, and the last of each programme."""
    newest = [encounter.pk for encounter in Encounter.objects.newest_of([patient])]
    waiting = patient.encounters.exclude(consult__state=Consult.State.CLOSED)
    for encounter in waiting.filter(Q(handed_in_at=None) | Q(pk__in=newest)):
        encounter.touch()
