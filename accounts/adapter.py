"""How sign-in is adapted: nobody signs up by themselves; machines get tokens for listed scopes."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class TokenAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    scope_display: dict[str, Any] = {
        "programme:read": "See programmes",
        "patient:write": "Enrol patients",
        "encounter:read": "See encounters it started",
        "encounter:write": "Record encounters",
        "image:write": "Hand in images",
    }
