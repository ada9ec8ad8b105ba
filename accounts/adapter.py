"""How sign-in is adapted: nobody signs up by themselves; machines get tokens for listed scopes."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **about: Any) -> HttpResponse:
        """Go on in the person's own language: the one just chosen on the sign-in page, else the one they last chose."""
        response: HttpResponse = super().post_login(request, user, **about)
        chosen = request.session.pop("language", "")
        if chosen and chosen != user.language:
            user.language = chosen
            user.save(update_fields=["language"])
        if user.language:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        return response


class TokenAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    scope_display: dict[str, Any] = {
        "programme:read": "See programmes",
        "patient:write": "Enrol patients",
        "encounter:read": "See encounters it started",
        "encounter:write": "Record encounters",
        "image:write": "Hand in images",
    }
