"""Consent: the text is read to the patient; a yes opens the visit, a no is kept too."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import allow, sites_of
from accounts.models import Role
from screening.models import Consent, ConsentText, Patient, Programme
from screening.patients.correct import correctable_by
from screening.refusal import Incorrect, Refused
from screening.visit.begin import open_encounter
from screening.visit.consent import given, record_consent, withdraw, wording
from screening.words import refusals, sentences


def _to_record(request: HttpRequest, pk: uuid.UUID) -> Patient:
    visible = Patient.objects.visible_to(request.user).select_related("site")
    return get_object_or_404(visible.filter(site__in=sites_of(request.user, Role.FIELD_WORKER)), pk=pk)


def newest_texts(programme: Programme) -> dict[str, ConsentText]:
    """The newest consent text in each language it exists in."""
    return {text.language: text for text in programme.consent_texts.order_by("created_at")}


@allow("encounter.record")
def consent(request: HttpRequest, pk: uuid.UUID, programme: str) -> HttpResponse:
    """Read the text to the patient; a yes opens the visit, a no is kept too and ends kindly."""
    person = _to_record(request, pk)
    chosen = get_object_or_404(Programme, code=programme, sites=person.site)
    texts = newest_texts(chosen)
    language = request.GET.get("in") or get_language()
    text = texts.get(language) or texts.get("en") or next(iter(texts.values()), None)
    if text is None:
        raise Http404
    if request.method == "POST":
        return _answer_consent(request, person, chosen)
    context = {"patient": person, "programme": chosen, "text": text, "texts": texts, "client_id": uuid.uuid4()}
    return render(request, "screening/visit/consent.html", context)


def _answer_consent(request: HttpRequest, person: Patient, programme: Programme) -> HttpResponse:
    try:
        text = wording(programme, request.POST.get("version"), request.POST.get("language"))
    except Incorrect:
        raise Http404 from None
    if request.POST.get("answer") != "yes":
        record_consent(request.user, person, text, Consent.Answer.REFUSED)
        messages.info(request, _("Recorded: the patient said no. Thank them; they are treated just the same."))
        return redirect("patient", person.pk)
    record_consent(request.user, person, text, Consent.Answer.GIVEN)
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
        encounter = open_encounter(request.user, person, programme, client_id=client_id)
    except (Refused, ValueError) as refusal:
        messages.error(request, refusals.sentence(refusal))
        return redirect("patient", person.pk)
    return redirect("questions", encounter.pk)


@allow("consent.withdraw")
def withdraw_consent(request: HttpRequest, pk: uuid.UUID, programme: str) -> HttpResponse:
    """Say what a withdrawal ends, and then end it."""
    person = get_object_or_404(correctable_by(request.user), pk=pk)
    chosen = get_object_or_404(Programme.objects.filter(pk__in=given(person)), code=programme)
    if request.method == "POST":
        withdraw(request.user, person, chosen)
        messages.info(request, _("Consent is withdrawn. The patient is treated just the same."))
        return redirect("patient", person.pk)
    context = {"patient": person, "programme": chosen, "locked": sentences.locked()}
    return render(request, "screening/visit/withdraw.html", context)


urls: list[URLPattern] = [
    path("patients/<uuid:pk>/consent/<slug:programme>/", consent, name="consent"),
    path("patients/<uuid:pk>/withdraw/<slug:programme>/", withdraw_consent, name="withdraw"),
]
