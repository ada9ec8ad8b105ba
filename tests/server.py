"""A real installation in a throw-away folder: `manage.py up` as a process, for browser tests and benchmarks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "only-for-tests"
WELCOME = "Fieldlight is at"  # said once everything is prepared


@dataclass
class Server:
    url: str
    data: Path
    process: subprocess.Popen[bytes]
    started_in: float
    log: Path

    def manage(self, *words: str) -> str:
        """Run a management command in this installation; its standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment(self.data, self.url),
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"manage.py {words[0]} failed:\n{done.stderr[-3000:]}")
        return done.stdout


def environment(data: Path, url: str, **more: str) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE")
    }
    return {
        **kept, "FIELDLIGHT_DATA": str(data), "FIELDLIGHT_BIND": url.removeprefix("http://"), "FIELDLIGHT_DEMO": "1",
        "FIELDLIGHT_DEMO_PASSWORD": PASSWORD, "FIELDLIGHT_SWEEP_SECONDS": "2", "FIELDLIGHT_RESERVE_MB": "1", **more,
    }  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/sign-in/", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def running(data: Path, *, patience: float = 180, **more: str) -> Iterator[Server]:
    """Start, wait until everything is prepared, hand over (with the time to the first page), stop cleanly."""
    data.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{free_port()}"
    log = data / "server.log"
    started = time.monotonic()
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment(data, url, **more), stdout=file, stderr=file
        )
    try:
        started_in = 0.0
        # The first page can be had before the people of the demonstration are there.
        while not started_in or WELCOME not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() - started > patience:
                raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}")
            if not started_in and answers(url):
                started_in = time.monotonic() - started
            time.sleep(0.05)
        yield Server(url, data, process, started_in, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
