"""Errors as problem details (RFC 9457): title, status, a stable `code`, a sentence, and what is wrong per field.

What the verbs raise becomes a problem here, once; no view catches anything.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import exception_handler

from screening.models import Consult, Upload
from screening.words import refusals
from screening.words.refusals import SOON

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
TITLES = {460: "Checksum Mismatch"}  # tus 1.0


@dataclass(frozen=True)
class Problem:
    """One error as the client sees it. `retry_after` in seconds; `errors` per field."""

    status: int
    code: str
    detail: str = ""
    retry_after: int | None = None
    errors: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        title = TITLES.get(self.status) or HTTPStatus(self.status).phrase
        body = {"type": "about:blank", "title": title, "status": self.status}
        body |= {"code": self.code} | ({"detail": self.detail} if self.detail else {})
        body |= {"errors": self.errors} if self.errors else {}
        headers = dict(self.headers) | ({"Retry-After": str(self.retry_after)} if self.retry_after else {})
        # Not a DRF response: a problem reads the same whatever format the view itself writes.
        return JsonResponse(body, status=self.status, content_type=MEDIA_TYPE, headers=headers)


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Turn any expected error into `application/problem+json`; None lets the unexpected become a 500."""
    problem = _of_verbs(error) or _of_server(error) or _of_framework(error, context)
    return problem.response() if problem else None


def _of_verbs(error: Exception) -> Problem | None:
    if refusals.is_refusal(error):
        code = refusals.code(error)
        said, wrong = refusals.sentence(error), refusals.problems(error)
        return Problem(refusals.status(error), code, said, refusals.RETRY_AFTER.get(code), wrong)
    if isinstance(error, Consult.DoesNotExist | Upload.DoesNotExist):
        return Problem(404, "not_found", str(exceptions.NotFound.default_detail))
    return None


def _of_server(error: Exception) -> Problem | None:
    match error:
        case IntegrityError():
            logger.warning("turned away by a constraint: %s", error)
            # Two at the same moment: the second finds the first one's row when it asks again.
            return Problem(503, "at_once", _("Somebody did the same at the same moment. Send it again."), SOON)
        case OperationalError():
            logger.warning("the database does not answer: %s", error)
            return Problem(503, "busy", _("The server is busy. Keep what you have and send it again."), SOON)
        case RequestDataTooBig():
            return Problem(413, "too_large", _("The request is too large."))
        case SuspiciousOperation():
            return Problem(400, "bad_request", _("The request could not be read."))
        case UnreadablePostError():
            return Problem(400, "cut_off", _("The request was cut off on its way. Send it again."))
    return None


def _of_framework(error: Exception, context: dict[str, Any]) -> Problem | None:
    response = exception_handler(error, context)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in response}
    if isinstance(error, exceptions.ValidationError):
        return Problem(error.status_code, "invalid", _("Correct the fields named."), errors=error.detail)
    code = "csrf_failed" if str(error.detail).startswith("CSRF Failed") else str(error.get_codes())
    return Problem(response.status_code, code, str(error.detail), headers=headers)
