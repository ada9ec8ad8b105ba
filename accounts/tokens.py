"""Bearer tokens of machine clients (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.contrib.rest_framework.authentication import TokenAuthentication
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed


@dataclass(frozen=True)
class Granted:
    """What a token may do. `accounts.access.Allow` checks its scopes beside the owner's role."""

    scopes: frozenset[str]


class MachineAuthentication(BaseAuthentication):
    """Signs a machine in as the user that owns its client. A bad token is 401, never an anonymous pass."""

    def authenticate(self, request: HttpRequest) -> tuple[Any, Granted] | None:
        if not request.META.get("HTTP_AUTHORIZATION", "").startswith("Bearer "):
            return None
        answer = TokenAuthentication().authenticate(request)
        if answer is None:
            raise AuthenticationFailed("The token is unknown or has expired. Ask for a new one.")
        _, token = answer
        owner = token.client.owner
        if owner is None or not owner.is_active:
            raise AuthenticationFailed("The owner of this client is not active.")
        return owner, Granted(frozenset(token.get_scopes()))

    def authenticate_header(self, request: HttpRequest) -> str:
        return "Bearer"
