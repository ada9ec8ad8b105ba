"""The phone's app from the server's side: one page for everybody, and a worker that keeps files and never an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.views.offline import app
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
PHONE = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0.0.0 Mobile Safari/537.36"}


def test_the_page_is_the_same_for_everybody_and_names_nobody(cast: Cast, signed_in: SignIn, client: Client) -> None:
    anybody = client.get(reverse("app"))
    amina = signed_in(cast.people["amina"]).get(reverse("app"))
    assert anybody.status_code == 200
    assert anybody.content == amina.content, "it is kept on the phone for whoever comes next"
    assert anybody["Cache-Control"] == "no-cache"
    assert not anybody.cookies and not amina.cookies


def test_the_worker_keeps_the_page_and_listed_files_only(client: Client) -> None:
    source = client.get(reverse("app_worker")).content.decode()
    shell = json.loads(re.match(r"self\.SHELL = (.*);", source).group(1))  # type: ignore[union-attr]
    assert shell["page"] == reverse("app")
    assert all(name.startswith("/static/") for name in (*shell["files"], *shell["later"]))
    assert "cache.put(SHELL.page" in source and source.count("cache.put(") == 1, "nothing else is ever put into it"
    assert "/api/" not in json.dumps(shell)


def test_every_module_of_the_app_is_kept() -> None:
    kept = " ".join(app.shell()["files"])
    modules = list((Path(settings.STATICFILES_DIRS[0]) / "js" / "app").rglob("*.js"))
    assert len(modules) > 20
    assert all(module.stem in kept for module in modules if module.name != "service-worker.js")
    assert all(finders.find(name) for name in (*app.STYLES, *app.PICTURES, app.UPLOADER, app.CODE_READER))


def test_a_changed_worker_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = app.shell()["version"]
    monkeypatch.setattr(app, "page_print", lambda: "changed")
    assert app.shell()["version"] != before


def test_the_app_can_be_installed(client: Client) -> None:
    said = client.get(reverse("app_manifest")).json()
    assert said["start_url"] == reverse("app") and said["display"] == "standalone"
    assert {icon["sizes"] for icon in said["icons"]} == {"192x192", "512x512"}
    assert all(finders.find(name) for name, _size, _purpose in app.ICONS)


def test_a_field_worker_starts_in_the_app_on_a_phone_and_on_the_pages_at_a_desk(cast: Cast, signed_in: SignIn) -> None:
    amina = signed_in(cast.people["amina"])
    assert amina.get("/", **PHONE).url == reverse("app")
    assert amina.get("/").url == reverse("patients")
    assert signed_in(cast.people["olivia"]).get("/", **PHONE).url == reverse("worklist")
    assert reverse("app") in amina.get(reverse("patients")).content.decode()
