"""Did she go? One short page per referred patient."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.access import allow
from screening.follow_up import ask
from screening.models import Encounter, FollowUp
from screening.refusal import Refused
from screening.words import refusals, sentences


@allow("follow_up.record")
def follow_up(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say whether a referred patient went, when, or why not. What was entered stays when it is refused."""
    encounter = get_object_or_404(Encounter.objects.visible_to(request.user).with_standing(), pk=pk)
    if sentences.stand(encounter) not in ask.REFERRED:
        return redirect("encounter", pk)
    problem = ""
    if request.method == "POST":
        try:
            _record(request, encounter)
        except Refused as refusal:
            problem = refusals.sentence(refusal)
        else:
            messages.success(request, _("Saved. Thank you for asking after them."))
            return redirect("patients")
    context = {
        "encounter": encounter, "patient": encounter.patient, "answer": sentences.answer(encounter), "problem": problem,
        "choices": FollowUp.Answer.choices, "chosen": request.POST.get("answer", ""), "on": request.POST.get("on", ""),
        "note": request.POST.get("note", ""), "earlier": encounter.follow_ups.all(),
        "client_id": request.POST.get("client_id") or uuid.uuid4(),
    }  # fmt: skip
    return render(request, "screening/follow_up/ask.html", context, status=422 if problem else 200)


def _record(request: HttpRequest, encounter: Encounter) -> None:
    """Raises Refused."""
    said = request.POST.get("answer", "")
    if said not in FollowUp.Answer.values:
        raise Refused("bad_answer", _("Choose one of the answers."))
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
    except ValueError:
        client_id = uuid.uuid4()
    note = request.POST.get("note", "").strip()[:400]
    ask.record_follow_up(
        request.user, encounter, FollowUp.Answer(said), on=_day(request.POST.get("on", "")), note=note,
        client_id=client_id,
    )  # fmt: skip


def _day(text: str) -> date | None:
    """The day entered; None when left empty. Raises Refused for one that does not exist."""
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and day is None:
        raise Refused("bad_day", _("Enter a day that exists."))
    return day


urls: list[URLPattern] = [path("encounters/<uuid:pk>/follow-up/", follow_up, name="follow_up")]
