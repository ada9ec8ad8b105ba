"""Deliveries that need an administrator: what they are, why, and what can be done. No name, no photo."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts.access import allow
from screening.models import SealedItem
from screening.offline import inbox

WHY = {
    "sealed": lazy("The key it was sealed for is not here. Put the old key back, and it opens by itself."),
    "broken": lazy("It cannot be opened although its key is here: it was altered, or the phone made it wrongly."),
    "ticket": lazy("Nobody can verify who made it: its ticket was signed by another installation."),
    "duty": lazy("The duty of the person who made it had ended when the visit began. Let it in if you know better."),
    "site": lazy("Its author never worked at the patient's site. Give them the duty there, then try again."),
    "form": lazy("It does not say what this version expects: an old or a newer app, or a programme that has gone."),
}  # fmt: skip
MAY_ALLOW = frozenset({"duty"})


@allow("shelf.view")
def shelf(request: HttpRequest) -> HttpResponse:
    kept = SealedItem.objects.shelved().select_related("author", "delivered_by", "site")
    rows = [(item, str(WHY.get(item.code, "")), item.code in MAY_ALLOW) for item in kept[:200]]
    return render(request, "screening/offline/shelf.html", {"rows": rows})


@allow("shelf.settle")
@require_POST
def settle(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Try it once more, or let it in."""
    item = get_object_or_404(SealedItem.objects.shelved(), pk=pk)
    allow_it = request.POST.get("act") == "allow" and item.code in MAY_ALLOW
    inbox.try_again(request.user, item, allow=allow_it)
    if item.state == SealedItem.State.SHELVED:
        messages.warning(request, _("It still cannot be taken in."))
    elif item.state == SealedItem.State.REFUSED:
        messages.warning(request, _("It was opened, and not taken: %(why)s") % {"why": item.sentence})
    else:
        messages.success(request, _("It was taken in."))
    return redirect("shelf")


urls: list[URLPattern] = [
    path("health/shelf/", shelf, name="shelf"),
    path("health/shelf/<uuid:pk>/", settle, name="shelf_settle"),
]
