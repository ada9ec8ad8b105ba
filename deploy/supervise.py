"""Run the web server and the worker side by side, start again what dies, stop both cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from django.conf import settings

PATIENCE = 25.0  # seconds a child gets to finish what it is doing


@dataclass
class Child:
    """One supervised process. Deaths are spaced out: a child that cannot start does not eat the machine."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    not_before: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        # Its own session: Ctrl-C reaches us alone, and we stop the children in order.
        self.process = subprocess.Popen(self.command, env={**os.environ, **self.environment}, start_new_session=True)

    def look(self, say: Callable[[str], object]) -> None:
        """Start (again) when it is not running and it is time."""
        if self.process is not None and self.process.poll() is not None:
            self.deaths += 1
            self.not_before = time.monotonic() + min(60, 2**self.deaths)
            say(f"The {self.name} stopped ({self.process.returncode}); starting it again.")
            self.process = None
        if self.process is None and time.monotonic() >= self.not_before:
            self.start()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def children() -> list[Child]:
    """The web server and the worker with its sweep, as commands of this very Python."""
    root = str(settings.ROOT)
    web = [sys.executable, "-m", "gunicorn", "--chdir", root, "-c", f"{root}/deploy/gunicorn.conf.py",
           "deploy.wsgi:application"]  # fmt: skip
    worker = [
        sys.executable, "-m", "celery", "--quiet", "--workdir", root, "-A", "deploy", "worker", "--beat",
        "--schedule", str(Path(settings.DATA) / "queue" / "beat"), "--loglevel", "WARNING",
        "--concurrency", os.environ.get("FIELDLIGHT_WORKERS", "2"),
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    (Path(settings.DATA) / "queue").mkdir(exist_ok=True)
    # In a container everything is root, and the warning would read as a fault.
    calm = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
    return [Child("web server", web), Child("worker", worker, environment=calm)]


def answers(url: str) -> bool:
    """Whether the web server serves its health page (healthy or not, it serves)."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class Stop(BaseException):
    """A signal asked us to stop."""


def run(say: Callable[[str], object], url: str, meanwhile: Callable[[], None], ready: Callable[[], None]) -> None:
    """Supervise until SIGINT or SIGTERM. Does `meanwhile` while the children start; calls `ready` once they serve."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    web, *others = children()
    served = False
    try:
        web.look(say)
        meanwhile()
        while True:
            web.look(say)
            # The others wait for the first page: on two cores they would only delay it.
            if not served and answers(url):
                served = True
                ready()
            for child in others if served else []:
                child.look(say)
            time.sleep(1.0 if served else 0.1)
    except Stop:
        say("Stopping: what is being assessed is finished or kept for the next start.")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for child in (web, *others):
            child.stop()
