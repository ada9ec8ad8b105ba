"""The line between a phone and the server, on loopback: down, slow, or breaking in the middle; it counts bytes."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PIECE = 8 * 1024
LINE = rb"[^\r\n]+\r\n"
GOES_ON = re.compile(rb"PATCH " + LINE + rb"(?:" + LINE + rb")*?Upload-Offset: (\d+)\r\n(?:" + LINE + rb")*\r\n", re.I)
HEAD = 4096  # no request's headers are longer


@dataclass
class Line:
    """`up`: False refuses and breaks everything. `rate`: bytes a second each way, 0 for no limit. `delay`: seconds
    before each answer. `breaks`: counts of upward bytes at which the connection that carries them is broken.
    `rewrite`: words of the server, and what they become on the way (of the same length). `uploading`: in their order,
    ("from", the byte at which a piece of an upload begins) and ("cut", the byte it had come to when it broke)."""

    target: tuple[str, int]
    up: bool = True
    rate: int = 0
    delay: float = 0.0
    sent: int = 0
    received: int = 0
    breaks: list[int] = field(default_factory=list)
    broken: int = 0
    rewrite: tuple[bytes, bytes] | None = None
    uploading: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0
    open: set[socket.socket] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def down(self) -> None:
        """As in a valley: nothing goes through, and what was going through breaks."""
        self.up = False
        with self.lock:
            sockets = list(self.open)
        for one in sockets:
            end(one)

    def forget(self) -> None:
        """Count from here."""
        self.sent = self.received = self.broken = 0
        self.uploading = []

    def sent_again(self) -> list[int]:
        """For each cut of an upload the bytes that went over the line a second time."""
        steps = zip(self.uploading, self.uploading[1:], strict=False)
        return [reached - at for (what, reached), (then, at) in steps if (what, then) == ("cut", "from")]

    def _carry(self, source: socket.socket, sink: socket.socket, upward: bool) -> None:
        at: int | None = None  # byte of the upload this connection carries
        before = b""
        try:
            while self.up and (piece := source.recv(PIECE)):
                if not upward and self.delay:
                    time.sleep(self.delay / 4)
                if self.rate:
                    time.sleep(len(piece) / self.rate)
                if self.rewrite and not upward:
                    piece = piece.replace(*self.rewrite)
                if upward:
                    at = self._upload_at(before, piece, at)
                    before = (before + piece)[-HEAD:]
                if upward and self._breaks_at(len(piece), at):
                    return
                sink.sendall(piece)
                self._count(len(piece), upward)
        except OSError:
            pass
        finally:
            end(source)
            end(sink)

    def _upload_at(self, before: bytes, piece: bytes, at: int | None) -> int | None:
        """Where the upload is after this piece. Headers may come in two pieces."""
        begins = next((one for one in GOES_ON.finditer(before + piece) if one.end() > len(before)), None)
        if begins is None:
            return None if at is None else at + len(piece)
        with self.lock:
            self.uploading.append(("from", int(begins[1])))
        return int(begins[1]) + len(before) + len(piece) - begins.end()

    def _breaks_at(self, size: int, at: int | None) -> bool:
        with self.lock:
            if not self.breaks or self.sent + size < self.breaks[0]:
                return False
            self.breaks.pop(0)
            self.broken += 1
            if at is not None:
                self.uploading.append(("cut", at))
            return True

    def _count(self, size: int, upward: bool) -> None:
        with self.lock:
            if upward:
                self.sent += size
            else:
                self.received += size

    def take(self, phone: socket.socket) -> None:
        if not self.up:
            return end(phone)
        try:
            time.sleep(self.delay)
            server = socket.create_connection(self.target, timeout=10)
            server.settimeout(None)
        except OSError:
            return end(phone)
        with self.lock:
            self.open |= {phone, server}
        for way in ((phone, server, True), (server, phone, False)):
            threading.Thread(target=self._carry, args=way, daemon=True).start()
        return None


def end(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A line to the server at `url`, on a port of its own."""
    host, port = url.removeprefix("http://").split(":")
    line = Line((host, int(port)))
    door = socket.create_server(("127.0.0.1", 0))
    line.port = int(door.getsockname()[1])

    def listen() -> None:
        while True:
            try:
                phone, _address = door.accept()
            except OSError:
                return
            threading.Thread(target=line.take, args=(phone,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield line
    finally:
        door.close()
        line.down()
