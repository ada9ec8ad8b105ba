"""A field worker's page, as she sees it."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse


def page(client: Client, name: str, *args: Any, **headers: str) -> str:
    """The page's HTML. It must be there."""
    answer = client.get(reverse(name, args=args), headers=headers)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()
