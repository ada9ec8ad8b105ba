"""Errors as problem details (RFC 9457): type, title, status, detail, and what is wrong per field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any API error into `application/problem+json`."""
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return response
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(error.default_detail),
        "status": response.status_code,
        "code": getattr(error, "problem_code", error.default_code),
    }
    if isinstance(error, exceptions.ValidationError):
        body["errors"] = error.detail
    else:
        body["detail"] = str(error.detail)
    response.data = body
    response.content_type = "application/problem+json"
    return response
