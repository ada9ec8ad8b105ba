"""The author's ticket: who captured something, signed, for a delivery that may be made by somebody else.

It is good for saying "this was mine" inside a sealed item and for nothing else: no page, no endpoint takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.utils import timezone

from accounts.models import User

SALT = "fieldlight.author-ticket"


class BadTicket(Exception):
    """Altered, signed by another installation, or of a person nobody knows."""


@dataclass(frozen=True)
class Ticket:
    author: User
    issued: datetime


def issue(user: User) -> str:
    return signing.dumps({"u": str(user.pk), "t": timezone.now().isoformat()}, salt=SALT)


def verify(ticket: object) -> Ticket:
    """Who wrote it, and since when they had it. Raises BadTicket."""
    try:
        said = signing.loads(str(ticket), salt=SALT)
        author = User.objects.get(pk=UUID(said["u"]))
        return Ticket(author, datetime.fromisoformat(said["t"]))
    except (signing.BadSignature, User.DoesNotExist, KeyError, TypeError, ValueError):
        raise BadTicket from None
