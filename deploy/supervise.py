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
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import ClassVar, Protocol

from django.conf import settings
from django.db import connections
from gunicorn.app.wsgiapp import WSGIApplication

SECONDS_TO_FINISH = 25.0  # seconds a child gets to finish what it is doing


class Process(Protocol):
    """What the supervisor asks of a running child."""

    @property
    def pid(self) -> int | None: ...
    def ended(self) -> int | None:
        """The exit status, None while it runs."""

    def terminate(self) -> None: ...
    def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended within the time."""


class Spawned:
    """A program of its own."""

    def __init__(self, command: list[str], **environment: str) -> None:
        # Its own session: Ctrl-C reaches us alone, and we stop the children in order.
        self._process = subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def ended(self) -> int | None:
        return self._process.poll()

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, seconds: float | None = None) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


class Forked:
    """A copy of this process, which has Django in memory: the web server need not import it again."""

    CONTEXT: ClassVar = get_context("fork")

    def __init__(self, work: Callable[[], None]) -> None:
        connections.close_all()  # a database connection must not be shared by two processes
        self._process: BaseProcess = self.CONTEXT.Process(target=_alone, args=(work,))
        self._process.start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def ended(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, seconds: float | None = None) -> bool:
        self._process.join(seconds)
        return self._process.exitcode is not None


def _alone(work: Callable[[], None]) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    work()


@dataclass
class Child:
    """One supervised process. Deaths are spaced out: a child that cannot start does not eat the machine."""

    name: str
    begin: Callable[[], Process]
    process: Process | None = field(default=None, init=False)
    deaths: int = field(default=0, init=False)
    not_before: float = field(default=0.0, init=False)

    def look(self, say: Callable[[str], object]) -> None:
        """Start (again) when it is not running and it is time."""
        status = self.process.ended() if self.process else None
        if status is not None:
            self.deaths += 1
            self.not_before = time.monotonic() + min(60, 2**self.deaths)
            say(f"The {self.name} stopped ({status}); starting it again.")
            self.process = None
        if self.process is None and time.monotonic() >= self.not_before:
            self.process = self.begin()

    def stop(self) -> None:
        if self.process is None or self.process.ended() is not None:
            return
        self.process.terminate()
        if not self.process.wait(SECONDS_TO_FINISH):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
            self.process.wait()


def serve() -> None:
    """Be the web server, until told to stop."""
    root = str(settings.ROOT)
    sys.argv = ["gunicorn", "--chdir", root, "-c", f"{root}/deploy/gunicorn.conf.py", "deploy.wsgi:application"]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").run()


def work() -> Process:
    """The worker with its sweep, as a command of this very Python."""
    queue = Path(settings.DATA) / "queue"
    queue.mkdir(exist_ok=True)
    worker = [
        sys.executable, "-m", "celery", "--quiet", "--workdir", str(settings.ROOT), "-A", "deploy", "worker", "--beat",
        "--schedule", str(queue / "beat"), "--loglevel", "WARNING",
        "--concurrency", os.environ.get("FIELDLIGHT_WORKERS", "2"),
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    # In a container everything is root, and the warning would read as a fault.
    return Spawned(worker, PYTHONWARNINGS="ignore:You're running the worker with superuser")


def children() -> list[Child]:
    """The web server, then the worker."""
    return [Child("web server", lambda: Forked(serve)), Child("worker", work)]


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
