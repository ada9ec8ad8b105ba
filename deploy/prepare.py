"""Bring an installation up to date: database, cache table, static files, model packs, programmes. Idempotent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inference.pack import PackError
from inference.registry import ExamFailed, bundled, install
from screening import protocols

Say = Callable[[str], object]


def prepare(say: Say) -> None:
    """Run every step that is due. `say` gets one line per step that did something."""
    found(say)
    furnish(say)


def found(say: Say) -> None:
    """What the first page needs: the database and the static files."""
    migrate(say)
    collect(say)


def furnish(say: Say) -> None:
    """What the first patient needs: the bundled model packs and the two standard programmes."""
    install_bundled(say)
    for code in protocols.STANDARD:
        protocols.start_with_bundled(code)


def warn(say: Say) -> None:
    """Say what is set up in a way that will disappoint: a programme without models, an expired threshold, …"""
    for found in run_checks(tags=["database"], databases=["default"], include_deployment_checks=False):
        say(f"{found.id}: {found.msg} {found.hint or ''}".strip())


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect(say: Say) -> None:
    """Collect static files when any of them, or an installed package, changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    print_now = _static_print()
    if stamp.is_file() and stamp.read_text() == print_now:
        return
    say("Preparing the pages …")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(print_now)


def _static_print() -> str:
    ours = sorted(path for path in (settings.ROOT / "static").rglob("*") if path.is_file())
    seen = hashlib.sha256((settings.ROOT / "requirements.txt").read_bytes())
    for path in ours:
        seen.update(f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}".encode())
    return seen.hexdigest()


def install_bundled(say: Say) -> None:
    """Install the packs that came with the product. One that fails its exam here is left out, loudly."""
    for folder in bundled():
        try:
            version, new = install(folder)
        except (PackError, ExamFailed) as error:
            say(f"Model pack {folder.name} is not used: {error}")
        else:
            if new:
                say(f"Model pack {version} passed its exam and is installed.")
