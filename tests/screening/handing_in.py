"""Handing in a calibration in tests, and what the page of it draws."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

AT = "/models/tb-chest/"
MANIFEST = {"capture_classes": ["dicom", "film_lightbox"], "output": {"positive": ["tb"]}}


def changed(said: dict[str, Any], **point: Any) -> dict[str, Any]:
    return {**said, "operating_point": {**said["operating_point"], **point}}


def handed_in(client: Client, content: Any, then: str = "propose", **more: Any) -> Any:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    file = SimpleUploadedFile("calibration.json", data, "application/json")
    return client.post(f"{AT}calibrations/", {"calibration": file, "then": then, **more}, follow=True)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def plots(page: Any) -> dict[str, Any]:
    found = re.search(r'<script id="plots" type="application/json">(.+?)</script>', page.content.decode())
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told
