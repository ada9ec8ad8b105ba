"""The application's side of the decoding child: start it when first needed, hand it one photo, bury it.

It works alike under gunicorn threads, Celery pools and tests because nothing here asks the host process for
a favour: no multiprocessing (a daemonic worker may not have such children), no signals, no shared state
across a fork. The child sees an almost empty environment and ends when this process does, however it ends.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from screening.photo import wire
from screening.photo.kind import Kind
from screening.photo.refusal import PhotoRefused, Refusal
from screening.photo.result import Limits

_ROOT = Path(__file__).resolve().parents[2]
_HELLO = b"!"
_WARM = {Kind.DICOM: b"d"}
_START_SECONDS = 30
_QUEUE_SECONDS = 60
_GRACE_SECONDS = 3
_PAUSES = (0.05, 0.5, 0.0)
# A child lives for one photo and touches all its memory for the first time: large pages, and memory that is used again
# instead of handed back and fetched anew, save a fifth of its processor time. Only the GNU C library listens.
_MALLOC = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {"hugetlb": 1, "mmap_threshold": 1 << 30, "trim_threshold": 1 << 30}.items()
)


class Sandbox:
    """One decoding process per application process; every photo gets a fresh fork of it."""

    def __init__(self, module: str = "screening.photo.child") -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._renew()
        os.register_at_fork(after_in_child=self._forget)
        # It would end by itself; waiting for it leaves no zombie where process 1 buries nobody.
        atexit.register(self.close)

    def run(
        self, task: str, kind: Kind, data: bytes, limits: Limits, how: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Have `data` decoded; `how` goes along with the task.

        Raises PhotoRefused for a bad photo and for a decoder that died over it.
        """
        if not self._slots.acquire(timeout=_QUEUE_SECONDS):
            raise PhotoRefused(Refusal.DECODER_UNAVAILABLE)
        try:
            with self._greeted(kind) as connection:
                header, bodies = _exchange(connection, {"task": task, "how": how or {}}, kind, data, limits)
        finally:
            self._slots.release()
        if "refused" in header:
            raise PhotoRefused(Refusal(header["refused"]))
        return header, bodies

    def close(self) -> None:
        """End the decoding process; the next photo starts another."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _greeted(self, kind: Kind) -> socket.socket:
        """A connection to a fresh child that has said hello, so that what follows is the photo's doing."""
        for pause in _PAUSES:
            try:
                connection = self._connect(kind)
                connection.settimeout(_START_SECONDS)
                if connection.recv(1) == _HELLO:
                    return connection
                connection.close()
            except OSError:
                pass
            # Never end a process that still answers others: only a dead one is replaced, by `_connect`.
            time.sleep(pause)
        raise PhotoRefused(Refusal.DECODER_UNAVAILABLE)

    def _connect(self, kind: Kind) -> socket.socket:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    socket.send_fds(self._control, [_WARM.get(kind, b"r")], [theirs.fileno()])  # type: ignore[arg-type]
                except OSError:
                    ours.close()
                    raise
            return ours

    def _start(self) -> None:
        self._stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Its own session: Ctrl-C in a terminal reaches the application, which then lets go of it.
                start_new_session=True,
                env=_environment(),
            )
        self._control = ours

    def _stop(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            try:
                self._process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def _forget(self) -> None:
        """In a forked copy of the application: the decoding process belongs to the parent."""
        if self._control:
            self._control.close()
        if self._process:
            # It is not our child, so there is nothing to wait for and nothing to warn about.
            self._process.returncode = 0
        self._control = self._process = None
        self._renew()

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def _environment() -> dict[str, str]:
    """What the child may know: where Python code lies, and to keep to one thread."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "GLIBC_TUNABLES": _MALLOC,
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
        "LC_ALL": "C.UTF-8",
    }


def _exchange(
    connection: socket.socket, task: dict[str, Any], kind: Kind, data: bytes, limits: Limits
) -> tuple[dict[str, Any], list[bytes]]:
    begun = time.monotonic()
    connection.settimeout(limits.seconds + _GRACE_SECONDS)
    try:
        wire.send(connection, {**task, "kind": kind.value, "limits": asdict(limits)}, [data])
        return wire.receive(connection)
    except TimeoutError as error:
        raise PhotoRefused(Refusal.DECODER_TIMEOUT) from error
    except wire.Broken as error:
        # The kernel ends a child that runs over its time, and a dead child cannot say why.
        late = time.monotonic() - begun >= 0.9 * limits.seconds
        raise PhotoRefused(Refusal.DECODER_TIMEOUT if late else Refusal.DECODER_FAILED) from error
