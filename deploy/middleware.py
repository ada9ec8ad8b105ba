"""What stands around every request: what no page can answer is turned away, and what was written is rung for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from screening import tasks
from screening.api.problems import Problem

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


class NoNul:
    """400 for a NUL in an address or a form: nobody types one, and PostgreSQL cannot store or compare it.

    JSON bodies are looked through by the API's own parser; pictures are bytes and may hold anything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        # The API's endpoints read their own bodies; the token endpoint takes a form.
        api = request.path.startswith("/api/") and request.resolver_match.view_name != "token"  # type: ignore[union-attr]
        forms = [request.GET] if api else [request.GET, request.POST]
        if not any("\0" in word for form in forms for name, words in form.lists() for word in (name, *words)):
            return None
        if api:
            return Problem(400, "bad_request", _("The request could not be read.")).response()
        raise BadRequest("NUL")


class RingOnce:
    """The workers are told once of each photo and visit that a request has written something about."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with tasks.edge():
            return self.get_response(request)
