"""My patients: the list and the search, enrolling, and one patient's page."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.access import allow, may, sites_of
from accounts.models import Role
from screening import rules
from screening.follow_up import to_do
from screening.models import Consent, Encounter, Patient, Programme
from screening.patients.enrol import enrol
from screening.patients.forms import EnrolForm
from screening.patients.similar import similar
from screening.refusal import Refused
from screening.views.shell import fragment, whole
from screening.visit.consent import given
from screening.visit.hand_in import going_on
from screening.words import refusals, sentences

PAGE = 30
NONE: Mapping[str, str] = {}
ERRANDS = 12
ASK_AGAIN_AFTER = (5, 5, 10, 10, 20, 30, 60)  # seconds until the list asks again


@dataclass
class PatientRow:
    """One patient in the list, with where each of their last visits stands."""

    patient: Patient
    visits: list[tuple[Encounter, sentences.Badge]] = field(default_factory=list)


def rows(patients: Iterable[Patient]) -> list[PatientRow]:
    """The patients with their last encounter per programme, in a fixed number of queries."""
    listed = {patient.pk: PatientRow(patient) for patient in patients}
    newest = Encounter.objects.newest_of([row.patient for row in listed.values()])
    for encounter in newest.with_standing().order_by("-started_at"):
        listed[encounter.patient_id].visits.append((encounter, sentences.badge(encounter)))
    return list(listed.values())


@allow("patient.list")
def patients(request: HttpRequest) -> HttpResponse:
    """My patients, today's first; those searched for by how well they fit.

    The words searched for are posted: a name never stands in an address.
    """
    words = request.POST.get("words", "").replace("\0", "").strip()
    shown = whole(request.POST.get("shown"), PAGE)
    last_visit = Encounter.objects.filter(patient=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
    found = (
        Patient.objects.visible_to(request.user)
        .matching(words)
        .annotate(last=Coalesce(Subquery(last_visit), "enrolled_at"))
        .order_by(F("rank").asc(), "-last", "pk")[: shown + 1]
    )
    page = rows(found[:shown] if len(found) > shown else found)
    today = timezone.localdate()
    groups = groupby(page, lambda row: None if words else timezone.localdate(row.patient.last) == today)  # type: ignore[attr-defined]
    todo = [] if words else to_do.of(request.user)  # who searches wants to see whom they found
    context = {
        "groups": [(is_today, list(group)) for is_today, group in groups],
        "words": words,
        "shown": shown,
        "count": len(page),
        "searched": bool(words) and fragment(request),
        "more": shown + PAGE if len(found) > shown else None,
        "errands": todo[:ERRANDS],
        "errands_below": todo[ERRANDS:],
        "may_enrol": may(request.user, "patient.enrol"),
    }
    context |= _beat(request, context)
    return render(request, _template(request), context)


def _template(request: HttpRequest) -> str:
    if not fragment(request):
        return "screening/patients/patients.html"
    return "screening/patients/_list_beat.html" if "asks" in request.POST else "screening/patients/_patients.html"


def _beat(request: HttpRequest, shown: dict[str, Any]) -> dict[str, Any]:
    """When the page asks again by itself: soon after a change, then ever more slowly; `print` tells changes."""
    people = [(r.patient.pk, [b.words for _e, b in r.visits]) for _today, rows in shown["groups"] for r in rows]
    now = hashlib.sha256(repr((people, shown["errands"], shown["errands_below"], shown["more"])).encode()).hexdigest()[
        :12
    ]
    changed = request.POST.get("print") != now
    asks = 0 if changed else whole(request.POST.get("asks"), 0)
    delay = ASK_AGAIN_AFTER[min(asks, len(ASK_AGAIN_AFTER) - 1)]
    return {"beat": "asks" in request.POST, "changed": changed, "print": now, "asks": asks + 1, "delay": delay}


@allow("patient.enrol")
def enrol_patient(request: HttpRequest) -> HttpResponse:
    """Enrol, once it is said that it is none of those who may be the same person."""
    form, asked = EnrolForm(request.user, request.POST or None), list[Patient]()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = _to_ask_about(request, data)
        try:
            if not asked:
                patient = enrol(request.user, data["site"], client_id=data["client_id"], **data["facts"])
                return redirect("patient", patient.pk)
        except Refused as refusal:
            form.add_error("local_id" if refusal.code == "local_id_taken" else None, refusals.sentence(refusal))
    context = {"form": form, "similar": asked, "none_of": " ".join(str(one.pk) for one in asked)}
    return render(request, "screening/patients/enrol.html", context, status=422 if form.errors else 200)


def _to_ask_about(request: HttpRequest, data: dict[str, Any]) -> list[Patient]:
    """Who may be the person typed; nobody once all of them were shown, or when this very form came before."""
    found = similar(request.user, data["site"], data["facts"])
    seen = {*request.POST.get("none_of", "").split(), str(data["client_id"])}
    sent_again = any(one.pk == data["client_id"] for one in found)
    return [] if sent_again or all(str(one.pk) in seen for one in found) else found


@dataclass(frozen=True)
class Offer:
    """A programme run at the patient's site: start a visit, go on with an open one, or why not."""

    programme: Programme
    ongoing: Encounter | None
    why_not: str


@allow("patient.view")
def patient(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(Patient.objects.visible_to(request.user).select_related("site"), pk=pk)
    visits = [(e, sentences.badge(e)) for e in person.encounters.with_standing()]
    records = _records_at(request.user, person)
    offers = [_offer(programme, person, [e for e, _badge in visits]) for programme in person.site.programmes.all()]
    context = {
        "patient": person, "visits": visits, "offers": offers if records else [], "records": records,
        "corrections": person.corrections.select_related("by"), "refusals": _refusals(person),
        "withdrawable": Programme.objects.filter(pk__in=given(person)),
    }  # fmt: skip
    return render(request, "screening/patients/patient.html", context)


def _refusals(person: Patient) -> list[Consent]:
    """The programmes the patient said no to, last of all answers there."""
    newest: dict[Any, Consent] = {}
    for consent in person.consents.select_related("programme").order_by("at", "pk"):
        newest[consent.programme_id] = consent
    return [consent for consent in newest.values() if consent.answer != Consent.Answer.GIVEN]


def _records_at(user: Any, person: Patient) -> bool:
    return bool(sites_of(user, Role.FIELD_WORKER).filter(site_id=person.site_id).exists())


def _offer(programme: Programme, person: Patient, visits: list[Encounter]) -> Offer:
    of_it = [e for e in visits if e.programme_id == programme.pk and going_on(e)]
    why = rules.eligibility(programme.protocol(), age=person.age, consented=True)
    return Offer(programme, of_it[0] if of_it else None, sentences.ages(programme) if why else "")


urls: list[URLPattern] = [
    path("patients/", patients, name="patients"),
    path("patients/new/", enrol_patient, name="enrol"),
    path("patients/<uuid:pk>/", patient, name="patient"),
]
