"""Reader and field worker talk about a consult: what was asked, the answers, and a reader's own phrases."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from screening.messages import talk
from screening.models import Consult, Message, Phrase
from screening.refusal import Refused
from screening.words import refusals

PHRASES = 30


def _consult(request: HttpRequest, pk: uuid.UUID) -> Consult:
    rows = Consult.objects.readable_by(request.user).select_related("encounter__programme")
    return get_object_or_404(rows, pk=pk)


def _asked(request: HttpRequest, consult: Consult, ask: Callable[[], Message]) -> HttpResponse:
    """Back to the worklist once it is asked, since the consult waits now; else to the consult, with the reason."""
    try:
        ask()
    except Refused as refusal:
        messages.error(request, refusals.sentence(refusal))
        return redirect("read", pk=consult.pk)
    messages.success(request, _("Asked. The consult comes back to the worklist with the answer; your draft is kept."))
    return redirect("worklist")


@allow("consult.read")
@require_POST
def ask_for_retake(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the field worker for new photos, with what is wrong with each."""
    consult = _consult(request, pk)
    views = consult.encounter.programme.views
    wrong = {view: request.POST[f"wrong-{view}"] for view in views if request.POST.get(f"wrong-{view}")}
    text = request.POST.get("text", "")
    return _asked(request, consult, lambda: talk.ask_for_retake(request.user, consult, wrong, text))


@allow("consult.read")
@require_POST
def ask(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the field worker a question."""
    consult = _consult(request, pk)
    return _asked(request, consult, lambda: talk.ask(request.user, consult, request.POST.get("text", "")))


@allow("encounter.record")
@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The field worker answers, or says that the photo cannot be taken again."""
    try:
        message = talk.open_for(request.user, pk)
    except Message.DoesNotExist:
        raise Http404 from None
    verb = talk.cannot if request.POST.get("cannot") else talk.answer
    try:
        verb(request.user, message, request.POST.get("text", ""))
    except Refused as refusal:
        messages.error(request, refusals.sentence(refusal))
    else:
        messages.success(request, _("Sent to the specialist."))
    return redirect("encounter", pk=message.consult.encounter_id)


@allow("consult.read")
@require_POST
def keep_phrase(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep a sentence of advice for next time, or forget it. Answers with nothing: the page shows it next time."""
    modality = _consult(request, pk).encounter.programme.modality
    text = " ".join(request.POST.get("advice", "").split())[:300]
    mine = Phrase.objects.filter(reader=request.user.pk, modality=modality)
    if request.POST.get("forget"):
        mine.filter(pk=request.POST["forget"]).delete() if request.POST["forget"].isdigit() else None
    elif text and mine.count() < PHRASES:
        Phrase.objects.get_or_create(reader_id=request.user.pk, modality=modality, text=text)
    return HttpResponse(status=204)


urls: list[URLPattern] = [
    path("referrals/<uuid:pk>/retake/", ask_for_retake, name="ask_for_retake"),
    path("referrals/<uuid:pk>/ask/", ask, name="ask"),
    path("referrals/<uuid:pk>/phrases/", keep_phrase, name="keep_phrase"),
    path("messages/<uuid:pk>/answer/", answer, name="answer_message"),
]
