"""The worklist in tests: consults moved by hand, and what a reader is listed."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from screening.models import Consult


def listed(client: Client, **filters: str) -> Any:
    return client.get(reverse("worklist"), filters).context


def ids(context: Any) -> set[Any]:
    return {row.consult.pk for row in context["rows"]}


def at(consult: Consult, **facts: Any) -> None:
    Consult.objects.filter(pk=consult.pk).update(**facts)
