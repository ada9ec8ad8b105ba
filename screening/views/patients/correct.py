"""Put right what is known of a patient."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.access import allow
from screening.models import Correction, Patient
from screening.patients.correct import correct, correctable_by
from screening.patients.forms import CorrectForm
from screening.refusal import Incorrect, Refused
from screening.words import refusals


@allow("patient.correct")
def correct_patient(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(correctable_by(request.user), pk=pk)
    form = CorrectForm(person, request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        told, why = form.cleaned_data["facts"], Correction.Why(form.cleaned_data["why"])
        try:
            correct(request.user, person, told, was=form.was, why=why)
        except Refused as refusal:
            status = _told(form, refusal, person)
        else:
            messages.success(request, _("Corrected."))
            return redirect("patient", person.pk)
    status = 422 if form.errors and status == 200 else status
    return render(request, "screening/patients/correct.html", {"form": form, "patient": person}, status=status)


def _told(form: CorrectForm, refusal: Refused, person: Patient) -> int:
    """Say beside the fields why it was refused, and compare the next try with what stands now; the status."""
    for field, said in refusals.problems(refusal).items():
        form.add_error(field, said)
    if not isinstance(refusal, Incorrect):
        form.add_error("local_id" if refusal.code == "local_id_taken" else None, refusals.sentence(refusal))
    person.refresh_from_db()
    form.shown_again(person)
    return refusals.status(refusal)


urls: list[URLPattern] = [path("patients/<uuid:pk>/correct/", correct_patient, name="correct")]
