"""Turn away a request that says it is too large, before anything reads it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

ROOM = 1_000_000  # bytes for the other fields of a form


class BodyLimit:
    """413 for a body longer than one photo may be. The API answers for itself, as problem details."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        too_long = length.isdigit() and int(length) > settings.FIELDLIGHT_UPLOAD_LIMIT + ROOM
        if too_long and not request.path.startswith("/api/"):
            return HttpResponse(_("The file is too large. Send a smaller one."), status=413, content_type="text/plain")
        return self.get_response(request)
