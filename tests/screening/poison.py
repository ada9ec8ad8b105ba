"""A decoding child that does what the photo tells it: the decoder faults no real file can be trusted to cause."""

import ctypes
import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any

from screening.photo import child
from screening.photo.kind import Kind
from screening.photo.result import Limits

_decode = child.answer
_HUGE = 8 << 30


def _spin() -> None:
    while True:
        pass


def _gorge() -> None:
    """Take memory behind Python's back; the address is null once the limit is reached."""
    allocate = ctypes.CDLL(None).malloc
    allocate.restype = ctypes.c_void_p
    if not allocate(ctypes.c_size_t(_HUGE)):
        os.abort()


def _raise() -> None:
    raise RuntimeError("a bug, with CANARY-7f3a in its message")


def _write() -> None:
    with open(f"/tmp/fieldlight-poison-{os.getpid()}", "wb") as file:  # noqa: S108
        file.write(b"x" * 10)


def _look() -> None:
    raise MemoryError(os.environ["SECRET_KEY"])


DEEDS: dict[bytes, Callable[[], object]] = {
    b"segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    b"hang": lambda: time.sleep(600),
    b"spin": _spin,
    b"eat": lambda: bytes(_HUGE),
    b"gorge": _gorge,
    b"raise": _raise,
    b"write": _write,
    b"look": _look,
    b"nap": lambda: time.sleep(1),
    b"nothing": lambda: None,
}


def poisoned(task: str, kind: Kind, data: bytes, limits: Limits, how: dict[str, Any]) -> child.Answer:
    deed = re.search(rb"DO:(\w+)", data)
    if deed and deed[1] == b"babble":
        return {"width": "CANARY"}, [b"x"]
    if deed:
        DEEDS[deed[1]]()
    return _decode(task, kind, data, limits, how)


child.answer = poisoned

if __name__ == "__main__":
    child.main()
