"""What a patient takes home: the slip (page and PDF), and the answer explained in their own language."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.translation import get_language

from accounts.access import allow
from screening.models import Encounter
from screening.offline.patients_for_phone import ON_PAPER
from screening.paper import slip
from screening.words import sentences


def _language(request: HttpRequest) -> str:
    """The language asked for, else the reader's."""
    asked = request.GET.get("in", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or "en"


def _address(request: HttpRequest, encounter: Encounter) -> str:
    """Where the visit's page is: what the QR code holds. No name, and nothing without signing in."""
    return request.build_absolute_uri(reverse("encounter", args=[encounter.pk]))


def _visible(request: HttpRequest, pk: uuid.UUID) -> Encounter:
    return get_object_or_404(Encounter.objects.visible_to(request.user).with_standing(), pk=pk)


@allow("outcome.view")
def slip_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The answer on paper, for the patient and the clinic."""
    encounter = _visible(request, pk)
    if sentences.stand(encounter) not in ON_PAPER:
        return redirect("encounter", pk)
    context = {
        "encounter": encounter, "patient": encounter.patient, "answer": sentences.answer(encounter),
        "lacks": slip.lacks(encounter), "code": slip.picture_of(_address(request, encounter)),
    }  # fmt: skip
    return render(request, "screening/paper/slip.html", context)


@allow("outcome.view")
def slip_pdf(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same as a file to print or to send on."""
    encounter = _visible(request, pk)
    if sentences.stand(encounter) not in ON_PAPER:
        return redirect("encounter", pk)
    data = slip.slip(encounter, _language(request), _address(request, encounter))
    name = slip.name_of(encounter)
    return HttpResponse(
        data, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@allow("outcome.view")
def explain(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The answer in pictures and few words, in the patient's language, to show and to read aloud."""
    encounter = _visible(request, pk)
    told = slip.pictograms(encounter)
    if not told:
        return redirect("encounter", pk)
    language = _language(request)
    with translation.override(language):
        context = {
            "encounter": encounter, "patient": encounter.patient, "answer": sentences.answer(encounter),
            "spoken": language, "spoken_dir": "rtl" if translation.get_language_bidi() else "ltr",
            "told": told, "on_paper": sentences.stand(encounter) in ON_PAPER,
        }  # fmt: skip
        return render(request, "screening/paper/explain.html", context)


urls: list[URLPattern] = [
    path("encounters/<uuid:pk>/slip/", slip_page, name="slip"),
    path("encounters/<uuid:pk>/slip.pdf", slip_pdf, name="slip_pdf"),
    path("encounters/<uuid:pk>/explain/", explain, name="explain"),
]
