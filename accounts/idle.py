"""How long a signed-in session may lie unused. Shared phones change hands; a desk less so.

An idle session is locked, not ended: the same person's password opens it, and what they had entered goes on. Requests
a timer makes say so (X-Background) and do not count as a sign of life. After the absolute time the session ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import roles_of
from accounts.models import Role

FIELD = timedelta(minutes=15)
DESK = timedelta(minutes=30)
STEP = 60  # seconds between two notes in the session that somebody is there
TRIES = 5  # wrong passwords until the session ends
PASSWORD = "unlock_password"  # noqa: S105 - the name of a field
OPEN = ("/unlock/", "/sign-out/", "/sign-in/", "/language/", "/strings/", "/health/", "/static/", "/sw.js", "/app/")


def patience(user: Any) -> timedelta:
    """How long the person may do nothing until the session asks for the password again."""
    return FIELD if Role.FIELD_WORKER in roles_of(user) else DESK


def is_locked(request: HttpRequest) -> bool:
    """Whether the session has lain unused for too long. Asks for duties only once it might have."""
    idle = time.time() - float(request.session.get("seen", time.time()))
    return idle > FIELD.total_seconds() and idle > patience(request.user).total_seconds()


def unlock(request: HttpRequest, password: str) -> bool:
    """Open the session with the password of the person it belongs to. Too many wrong ones end it."""
    user: Any = request.user
    if user.check_password(password):
        request.session["seen"] = time.time()
        request.session.pop("tries", None)
        return True
    tries = int(request.session.get("tries", 0)) + 1
    request.session["tries"] = tries
    if tries >= TRIES:
        logout(request)
    return False


class IdleLock:
    """Locks what lay idle, ends what lasted too long, notes that somebody is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.path.startswith(OPEN):
            return self.get_response(request)
        session, now = request.session, time.time()
        if now - float(session.setdefault("since", now)) > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif is_locked(request):
            return self._locked(request)
        elif not request.headers.get("X-Background") and now - float(session.get("seen", 0)) > STEP:
            session["seen"] = now
        return self.get_response(request)

    def _locked(self, request: HttpRequest) -> HttpResponse:
        """Ask for the password; a form that was sent meanwhile goes on with what was entered."""
        if request.path.startswith("/api/"):
            said = {"type": "about:blank", "title": "Unauthorized", "status": 401, "code": "locked",
                    "detail": _("Nobody was here for a while. Give your password to go on.")}  # fmt: skip
            return JsonResponse(said, status=401, content_type="application/problem+json")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Trigger": "locked"})
        if request.method != "POST":
            return redirect(f"{reverse('unlock')}?next={quote(request.get_full_path())}")
        if PASSWORD in request.POST and unlock(request, request.POST[PASSWORD]):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect("account_login")
        return ask(request, action=request.get_full_path(), entered=list(entered(request)))


def entered(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What a form held, to be sent again; never a password or a token."""
    for name, values in request.POST.lists():
        if "password" not in name and name != "csrfmiddlewaretoken":
            yield from ((name, value) for value in values)


def ask(request: HttpRequest, *, action: str, entered: list[tuple[str, str]], wrong: bool = False) -> HttpResponse:
    context = {
        "action": action, "entered": entered, "field": PASSWORD, "files": bool(request.FILES),
        "wrong": wrong or PASSWORD in request.POST,
    }  # fmt: skip
    return render(request, "account/unlock.html", context, status=422)
