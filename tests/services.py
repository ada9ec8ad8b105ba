"""Find (or start) PostgreSQL and Redis, run a command with the tests pointed at them, stop what was started.

    python -m tests.services COMMAND …

Looks at FIELDLIGHT_TEST_DATABASE_URL and FIELDLIGHT_TEST_BROKER_URL, then at the usual local ports, then for installed
servers to start in a temporary folder. Where there is none, it says what is skipped and exits with 0.
"""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.server import free_port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def usable(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False


@contextmanager
def postgres() -> Iterator[str | None]:
    candidates = [os.environ.get("FIELDLIGHT_TEST_DATABASE_URL", ""), "postgres://postgres@127.0.0.1:5432/postgres"]
    found = next((url for url in candidates if url and usable(url)), None)
    if found:
        yield found
        return
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("initdb") or "")]
    if not binaries[-1] or (hasattr(os, "geteuid") and os.geteuid() == 0):
        yield None  # PostgreSQL refuses to be started by root
        return
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        ctl = f"{binaries[-1]}/pg_ctl"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([f"{binaries[-1]}/initdb", "-D", folder, "-U", "postgres", "-A", "trust"], **quiet)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        subprocess.run([ctl, "-D", folder, "-o", options, "-w", "start"], **quiet)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([ctl, "-D", folder, "-m", "fast", "stop"], **quiet)


@contextmanager
def redis() -> Iterator[str | None]:
    given = os.environ.get("FIELDLIGHT_TEST_BROKER_URL")
    if given or listens(6379):
        yield given or "redis://127.0.0.1:6379/9"
        return
    server = shutil.which("redis-server")
    if server is None:
        yield None
        return
    port = free_port()
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
    )
    try:
        while not listens(port) and process.poll() is None:
            time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    with ExitStack() as stack:
        database, broker = stack.enter_context(postgres()), stack.enter_context(redis())
        print(
            f"PostgreSQL: {'found' if database else 'none, skipped'}; Redis: {'found' if broker else 'none, skipped'}"
        )
        if database is None:
            return 0
        extra = {"FIELDLIGHT_TEST_DATABASE_URL": database}
        if broker:
            extra["FIELDLIGHT_TEST_BROKER_URL"] = broker
        return subprocess.run(sys.argv[1:], env={**os.environ, **extra}, cwd=Path(__file__).parents[1]).returncode


if __name__ == "__main__":
    sys.exit(main())
