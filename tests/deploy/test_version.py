"""One version everywhere: the packaging, the pages, the phone, the history."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from deploy.version import VERSION
from screening.views.offline import app

ROOT = Path(settings.ROOT)


def test_the_packaging_says_the_same() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_the_history_is_at_the_same() -> None:
    """What is not released yet becomes this version; every version before it has its day."""
    at_work, *released = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert at_work == f"[Unreleased] ({VERSION})"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", heading) for heading in released), released


def test_pages_say_it_at_their_foot(db: None, client: Client) -> None:
    assert f"<bdi>Fieldlight {VERSION}</bdi></footer>" in client.get("/sign-in/").content.decode()


def test_the_phone_is_told(db: None, client: Client) -> None:
    assert f'data-version="{VERSION}"' in client.get("/app/").content.decode()


def test_a_phone_fetches_its_page_again_after_an_upgrade(settings: Any) -> None:
    before = app.page_print()
    settings.FIELDLIGHT_VERSION = "9.9.9"
    assert app.page_print() != before
