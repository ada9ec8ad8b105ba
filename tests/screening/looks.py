"""Looking at a picture in tests: opened as a reader opens it, and what is written down of it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from screening.models import Image


def look(client: Client, image: Image, **said: Any) -> Any:
    return client.post(reverse("image_look", args=[image.pk]), said)


def opened(data: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def looks() -> list[str]:
    return [f"{e.facts['variant']} {e.facts.get('way', '')}" for e in AuditEvent.objects.filter(verb="image.view")]
