"""Deny by default: a page that declared no access action is not served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

# Apps that guard their own pages: sign-in and second factor, the technician's admin, the API's permissions.
GUARDED_ELSEWHERE = ("allauth.", "django.contrib.admin", "django.contrib.auth", "rest_framework", "drf_spectacular")


LEAVING = "/sign-out/"


class DenyByDefault:
    """Refuses any resolved view that neither `allow`, `public` nor a known framework guards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not is_guarded(view):
            raise PermissionDenied(f"{view.__module__}.{view.__name__} declares no access action")
        return None


def is_guarded(view: Callable[..., Any]) -> bool:
    """Whether a view declares its access action or belongs to a framework with its own guard."""
    api_view = getattr(view, "cls", None)
    if api_view is not None and hasattr(api_view, "permission_classes"):
        return True
    return hasattr(view, "access_action") or view.__module__.startswith(GUARDED_ELSEWHERE)


class PrivateByDefault:
    """Nothing that may hold a patient is kept by a browser or a proxy; a page may say otherwise itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        if request.path == LEAVING and request.method == "POST":
            # Never "storage": it holds what the phone has sealed and not delivered yet.
            response.headers["Clear-Site-Data"] = '"cache"'
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "HX-Request" not in response.get("Vary", ""):
            response.headers["Vary"] = ", ".join(filter(None, [response.get("Vary"), "HX-Request"]))
        return response
