"""The test database in memory: migrated once, kept in the folder of pytest's cache, copied by every later run.

All migrations, with the triggers they write, take ten seconds of processor time in every process that tests; a copy
takes none. A changed migration, model or library makes another copy. What the copy lacks, Django migrates as ever.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
MAKE_TABLES = ("accounts/append_only.py", "*/migrations/*.py", "*/models.py", "*/models/*.py", "deploy/settings*.py")
LIBRARIES = ("django", "django-allauth")


def kept_under(folder: Path) -> Path | None:
    """Where the copy for the code as it stands lies or will lie; None for a database that is not in memory."""
    name = connection.creation._get_test_db_name() if connection.vendor == "sqlite" else ""
    return folder / f"{_print()}.sqlite3" if "mode=memory" in name else None


def _print() -> str:
    """A hash of everything that decides what tables and first rows there are."""
    said = hashlib.sha256(" ".join(map(version, LIBRARIES)).encode())
    for path in sorted({path for pattern in MAKE_TABLES for path in ROOT.glob(pattern)}):
        said.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return said.hexdigest()[:16]


@contextmanager
def copied(kept: Path | None) -> Iterator[None]:
    """Meanwhile the database in memory begins as the copy; Django finds its migrations applied already."""
    if kept is None or not kept.exists():
        yield
        return
    # A database in memory lives as long as somebody is connected to it.
    with closing(sqlite3.connect(connection.creation._get_test_db_name(), uri=True)) as memory:
        with closing(sqlite3.connect(kept)) as file:
            file.backup(memory)
        yield


def keep(kept: Path | None) -> None:
    """Write the copy, once; two processes may do so at the same time."""
    if kept is None or kept.exists():
        return
    for old in kept.parent.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(unfinished)) as file:
        connection.ensure_connection()
        connection.connection.backup(file)
    unfinished.replace(kept)
