"""How the application and the decoding child talk: one JSON header, then raw bytes. Nothing is ever unpickled."""

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

_LENGTH = struct.Struct(">I")
_MAX_HEADER = 1_000_000
_MAX_BODY = 1_000_000_000


class Broken(Exception):
    """The other side went away, or does not speak this language."""


def send(connection: socket.socket, header: dict[str, Any], bodies: Sequence[bytes]) -> None:
    """Raises Broken when the other side is gone, TimeoutError when it does not read."""
    words = json.dumps({**header, "bodies": [len(body) for body in bodies]}).encode()
    try:
        connection.sendall(_LENGTH.pack(len(words)) + words)
        for body in bodies:
            connection.sendall(body)
    except (BrokenPipeError, ConnectionError) as error:
        raise Broken from error


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[bytes]]:
    """Raises Broken when the other side is gone or talks nonsense, TimeoutError when it is silent."""
    length = _LENGTH.unpack(_exactly(connection, _LENGTH.size, _MAX_HEADER))[0]
    try:
        header = json.loads(_exactly(connection, length, _MAX_HEADER))
        sizes = [int(size) for size in header.pop("bodies")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken from error
    return header, [_exactly(connection, size, _MAX_BODY) for size in sizes]


def _exactly(connection: socket.socket, size: int, most: int) -> bytes:
    if not 0 <= size <= most:
        raise Broken
    # A socket without a time-out gives all of it at once, in the very bytes that are handed on.
    pieces, missing = [], size
    while missing:
        try:
            piece = connection.recv(missing, socket.MSG_WAITALL)
        except ConnectionError as error:
            raise Broken from error
        if not piece:
            raise Broken
        pieces.append(piece)
        missing -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
