"""Fixtures every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from screening import tasks
from screening.api.endpoint import PerUser
from tests import database
from tests.cast import Cast, back, set_aside

RungBy = Callable[[Callable[[], object]], list[tuple[str, str]]]


@pytest.fixture(scope="session")
def database_kept(request: pytest.FixtureRequest) -> Path | None:
    """Where the migrated database lies, or will lie, for the next run."""
    return database.kept_under(request.config.cache.mkdir("database"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, database_kept: Path | None) -> Iterator[None]:
    """The last thing before the test database is made. See tests/database.py."""
    with database.copied(database_kept):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, database_kept: Path | None) -> None:
    """The test database; a copy of it is kept."""
    with django_db_blocker.unblock():
        database.keep(database_kept)


@pytest.fixture(scope="session")
def cast_aside(django_db_setup: None, django_db_blocker: Any) -> tuple[str, ...]:
    """The cast, assembled once in this session and set aside."""
    with django_db_blocker.unblock():
        return set_aside()


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    """The same people serve every test: what they asked in others of this minute does not count."""
    PerUser.cache.clear()


@pytest.fixture
def cast(cast_aside: tuple[str, ...], db: None) -> Cast:
    """Everybody, at both sites, with both programmes. See tests/cast.py."""
    return back(cast_aside)


@pytest.fixture
def signed_in(cast: Cast) -> Callable[[User | None], Client]:
    """`signed_in(cast.amina)` is a browser with Amina signed in; `signed_in(None)` one with nobody."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every message sent, in order, instead of a broker."""
    rung: list[tuple[str, str]] = []
    monkeypatch.setattr(tasks.assess, "delay", lambda **said: rung.append(("assess", said["photo"])))
    monkeypatch.setattr(tasks.decide, "delay", lambda **said: rung.append(("decide", said["encounter_id"])))
    return rung


@pytest.fixture
def rung_by(bells: list[tuple[str, str]], django_capture_on_commit_callbacks: Any) -> RungBy:
    """`rung_by(act)`: the bells that ring for what an act writes, once that is committed."""

    def rung_by(act: Callable[[], object]) -> list[tuple[str, str]]:
        bells.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return list(bells)

    return rung_by


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Path:
    """An empty blob storage of this test alone; the folder it lies in."""
    folder = tmp_path / "blobs"
    folder.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "deploy.storage.DurableStorage", "OPTIONS": {"location": str(folder)}},
    }
    return folder
