"""What is held until somebody at the site decides: same person? which side? taken in all the same?"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from screening.models import SealedItem
from screening.offline import held, inbox
from screening.refusal import Refused
from screening.rules.held import Choice
from screening.words import refusals
from screening.words.held import CHOICE_WORDS, why_held


@allow("held.view")
def held_list(request: HttpRequest) -> HttpResponse:
    """The list a site works off: each with what was typed, what stands in the way, and what can be done."""
    rows = [
        (one, why_held(one.item), [(c.value, CHOICE_WORDS[c]) for c in one.choices]) for one in held.of(request.user)
    ]
    return render(request, "screening/offline/held.html", {"rows": rows})


@allow("held.decide")
@require_POST
def decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One decision. What cannot be done after it stays on the list, and says why."""
    item = get_object_or_404(SealedItem.objects.held(request.user), pk=pk)
    try:
        choice = Choice(request.POST.get("choice", ""))
        inbox.decide(request.user, item, choice, request.POST.get("why", ""))
    except ValueError:
        messages.error(request, _("Choose one of the answers shown."))
        return redirect("held")
    except Refused as refusal:
        messages.error(request, refusals.sentence(refusal))
        return redirect("held")
    if item.state == SealedItem.State.HELD:
        messages.warning(request, _("It still cannot be taken in: %(why)s") % {"why": item.sentence})
    elif choice == Choice.CLOSE:
        messages.success(request, _("Closed. It is kept, with your reason."))
    else:
        messages.success(request, _("It was taken in."))
    return redirect("held")


urls: list[URLPattern] = [
    path("held/", held_list, name="held"),
    path("held/<uuid:pk>/", decide, name="held_decide"),
]
