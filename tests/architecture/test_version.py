"""One version everywhere: the packaging, the pages, the phone."""

from __future__ import annotations

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


def test_pages_say_it_at_their_foot(db: None, client: Client) -> None:
    assert f"<bdi>Fieldlight {VERSION}</bdi></footer>" in client.get("/sign-in/").content.decode()


def test_the_phone_is_told(db: None, client: Client) -> None:
    assert f'data-version="{VERSION}"' in client.get("/app/").content.decode()


def test_a_phone_fetches_its_page_again_after_an_upgrade(settings: Any) -> None:
    before = app.page_print()
    settings.FIELDLIGHT_VERSION = "9.9.9"
    assert app.page_print() != before
