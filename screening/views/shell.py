"""What every page needs: who is signed in, what they may open, in which language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language
from django_htmx.middleware import HtmxDetails

from accounts.access import allow, public, roles_of
from accounts.idle import DESK, FIELD
from accounts.models import Role, User

# Where each duty starts. People with several duties start at the first.
FIRST_PAGE = {
    Role.FIELD_WORKER: "patients",
    Role.READER: "worklist",
    Role.SITE_MANAGER: "patients",
    Role.PROGRAMME_MANAGER: "figures",
    Role.ADMINISTRATOR: "admin:index",
}


def context(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    roles = roles_of(user) if user else frozenset()
    idle = FIELD if Role.FIELD_WORKER in roles else DESK
    return {
        "roles": roles, "demo": settings.FIELDLIGHT_DEMO, "idle": int(idle.total_seconds()),
        "version": settings.FIELDLIGHT_VERSION,
    }  # fmt: skip


def fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page. A boosted or restored page is a whole page."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def whole(text: str | None, otherwise: int) -> int:
    """A whole number somebody sent, from 0 to 9999; anything else is `otherwise`."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 4 else otherwise


def on_phone(request: HttpRequest) -> bool:
    """Whether the browser says it runs on a phone; a wrong guess costs one tap in the menu."""
    hint = request.headers.get("Sec-CH-UA-Mobile", "")
    return hint == "?1" or (not hint and "Mobi" in request.headers.get("User-Agent", ""))


@allow("home")
def home(request: HttpRequest) -> HttpResponse:
    """Everybody starts where their work is."""
    roles = roles_of(request.user)
    if Role.FIELD_WORKER in roles and on_phone(request):
        return redirect("app")
    return redirect(next((page for role, page in FIRST_PAGE.items() if role in roles), "account_change_password"))


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, and remember it for the person who is signed in."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and check_for_language(chosen):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    elif check_for_language(chosen):
        request.session["language"] = chosen  # until somebody signs in: then it is theirs
    return set_language(request)


urls: list[URLPattern] = [
    path("", home, name="home"),
    path("language/", language, name="language"),
]
