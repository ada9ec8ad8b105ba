"""Bearer tokens of machine clients (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from allauth.idp.oidc.models import Token
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


def limited(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The token endpoint, so many times a minute from one address (settings): nobody guesses secrets by trying."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if ratelimit.consume(request, action="token"):
            return view(request, *args, **kwargs)
        # RFC 6749 has no code for it; `slow_down` is what RFC 8628 says in the same case.
        return JsonResponse({"error": "slow_down"}, status=429, headers={"Retry-After": "60"})

    return guarded


@dataclass(frozen=True)
class Granted:
    """What a token may do. `accounts.permissions.Allow` checks its scopes beside the owner's duty."""

    scopes: frozenset[str]


class MachineAuthentication(BaseAuthentication):
    """Signs a machine in as the user that owns its client. A bad token is 401, never an anonymous pass.

    The token is looked up here and not by allauth's own class, which reads the whole body first.
    """

    def authenticate(self, request: Request) -> tuple[Any, Granted] | None:
        kind, _space, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value.strip())
        if token is None or token.client is None or not _is_for(request, token):
            raise AuthenticationFailed(_("The token is unknown or has expired. Ask for a new one."))
        owner = token.client.owner
        if owner is None or not owner.is_active:
            raise AuthenticationFailed(_("The owner of this client is not active."))
        return owner, Granted(frozenset(token.get_scopes()))

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _is_for(request: Request, token: Token) -> bool:
    """Whether a token that names its resources (RFC 8707) names this address."""
    here = request.build_absolute_uri(request.path)
    named = token.get_resources()
    return not named or any(here.startswith(f"{resource.rstrip('/')}/") for resource in named)
