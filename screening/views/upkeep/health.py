"""Is it running? One word for everybody; the details for the administrator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from accounts.access import may, public
from screening.protocol.in_force import open_alarms
from screening.upkeep.health import look


@public
def health(request: HttpRequest) -> HttpResponse:
    """200 "ok" or 503 "failing". The administrator gets a page, or JSON when asked for it."""
    seen = look()
    status = 200 if seen.well else 503
    if not (seen.database and may(request.user, "health.view")):
        return HttpResponse("ok" if seen.well else "failing", content_type="text/plain", status=status)
    if request.GET.get("format") == "json" or request.accepts("text/html") is False:
        return JsonResponse(seen.facts(), status=status)
    return render(
        request, "screening/upkeep/health.html", {"health": seen, "alarms": open_alarms(request.user)}, status=status
    )


urls: list[URLPattern] = [path("health/", health, name="health")]
