"""How long a signed-in session may lie unused. Shared phones change hands; a desk less so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.access import roles_of
from accounts.models import Role

FIELD = timedelta(minutes=15)
DESK = timedelta(minutes=30)


def patience(user: Any) -> timedelta:
    """How long the person may do nothing until the session asks for the password again."""
    return FIELD if Role.FIELD_WORKER in roles_of(user) else DESK
