"""What the first page needs: the database and the static files. Quick to import, since every start waits for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Say = Callable[[str], object]


def found(say: Say) -> None:
    """Bring database and static files up to date. `say` gets one line per step that did something."""
    migrate(say)
    collect(say)


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
