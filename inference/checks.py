"""What the technician is told at the start about models: warnings with what to do. Never a reason not to start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import Error, connection

from inference.models import ModelVersion


@register(Tags.files)
def packs_folder(**kwargs: Any) -> list[CheckMessage]:
    """The bundled packs are where the product looks for them."""
    if any(settings.FIELDLIGHT_BUNDLED_PACKS.glob("*/manifest.json")):
        return []
    return [
        Warning(
            f"There are no model packs in {settings.FIELDLIGHT_BUNDLED_PACKS}.",
            hint="Without models every visit goes to a specialist. Install a pack: manage.py pack install FOLDER",
            id="inference.W001",
        )
    ]


@register(Tags.database)
def sqlite_is_durable(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """On SQLite, a committed row must survive a power cut and a reader must not stop a writer."""
    if not databases or connection.vendor != "sqlite":
        return []
    try:
        with connection.cursor() as cursor:
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    except Error:
        return []
    found: list[CheckMessage] = []
    if mode not in ("wal", "memory"):
        hint = "Put FIELDLIGHT_DATA on a local disk: network folders cannot do it."
        found.append(Warning(f"SQLite runs in journal mode {mode!r}, not WAL.", hint=hint, id="inference.W002"))
    if synchronous < 2:
        hint = "Keep PRAGMA synchronous=FULL in the settings: a power cut may lose what was acknowledged."
        found.append(Warning("SQLite does not wait for the disk.", hint=hint, id="inference.W003"))
    return found


@register(Tags.database)
def packs_in_store(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every registered model still has its files."""
    if not databases:
        return []
    try:
        versions = list(ModelVersion.objects.all())
    except Error:  # before the first migration
        return []
    return [
        Warning(
            f"The files of {version} are missing from {settings.FIELDLIGHT_PACKS}.",
            hint="Its photos wait, then go to a specialist. Install the same pack again: manage.py pack install FOLDER",
            id="inference.W004",
        )
        for version in versions
        if not (settings.FIELDLIGHT_PACKS / version.sha256).is_dir()
    ]
