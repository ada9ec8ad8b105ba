"""What a reader's browser sends."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from screening.models import Consult


def form(grades: dict[str, dict[str, str]], advice: str = "") -> dict[str, str]:
    flat = {f"{view}-{name}": value for view, grade in grades.items() for name, value in grade.items()}
    return {**flat, "advice": advice}


def post(client: Client, name: str, consult: Consult, data: dict[str, str] | None = None, **more: Any) -> Any:
    return client.post(reverse(name, args=[consult.pk]), data or {}, **more)
