"""`accounts.access` for the API."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import SCOPES, may


class Allow(BasePermission):
    """The same table for the API: each view names its action per method in `actions`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        action = getattr(view, "actions", {}).get(request.method or "")
        if request.method == "OPTIONS":
            return bool(request.user and request.user.is_authenticated)
        if action is None or not may(request.user, action):
            return False
        scopes = getattr(request.auth, "scopes", None)
        return scopes is None or SCOPES.get(action) in scopes
