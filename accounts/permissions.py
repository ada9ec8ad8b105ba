"""`accounts.access` for the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access import SCOPES, TABLE, may
from accounts.models import Role

if TYPE_CHECKING:
    # DRF's views import this module while they are being loaded themselves.
    from rest_framework.views import APIView


class Allow(BasePermission):
    """The same table for the API: each view names its action per method in `actions`.

    A token does what its scopes say and what a machine may do, whatever other duties its owner has.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not (request.user and request.user.is_authenticated):
            return False
        if request.method == "OPTIONS":
            return True
        actions = getattr(view, "actions", {})
        method = "GET" if request.method == "HEAD" and "HEAD" not in actions else request.method or ""
        if not hasattr(view, method.lower()):
            raise MethodNotAllowed(method)
        action = actions.get(method)
        if action is None or not may(request.user, action):
            return False
        scopes = getattr(request.auth, "scopes", None)
        return scopes is None or (Role.MACHINE in TABLE[action] and SCOPES.get(action) in scopes)
