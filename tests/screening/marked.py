"""Marks in tests: a picture of a consult, and a region said over the page."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from screening.models import Consult, Image

BOX = {"x0": "0.25", "y0": "0.25", "x1": "0.5", "y1": "0.75"}


def picture(consult: Consult, view: str = "OD") -> Image:
    return consult.encounter.images.get(view=view)


def mark(client: Client, consult: Consult, **said: Any) -> Any:
    return client.post(reverse("marks", args=[consult.pk]), said)
