"""What every page needs: who is signed in, and what they may open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.access import roles_of


def context(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {"roles": roles_of(user) if user else frozenset(), "demo": settings.FIELDLIGHT_DEMO}
