"""The decoding process: `python -m screening.photo.child FD`.

It waits on a socket, forks once per photo, and dies with its application. Each photo is decoded in a fresh
copy of this process, which holds the libraries and nothing else: no secrets, no database, no other photo.
"""

import gc
import os
import resource
import signal
import socket
import sys
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np

from screening.photo import enhance, pyramid, render, wire
from screening.photo.kind import Kind
from screening.photo.raster import Raster, open_raster
from screening.photo.refusal import PhotoRefused, Refusal
from screening.photo.result import Limits

HELLO = b"!"
WARM_FILM = b"d"
Answer = tuple[dict[str, Any], list[bytes]]


def main() -> None:
    """Serve until the application closes its end of the control socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Nobody waits for the children: the kernel collects them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    cv2.setNumThreads(1)
    _warm_up()
    # A collection in a child would touch, and so copy, every page it shares with this process.
    gc.disable()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            # The application is gone: end this whole session, children at work included.
            os.killpg(os.getpgrp(), signal.SIGKILL)
        if message == WARM_FILM:
            _film()
        _fork(control, descriptors[0])
        os.close(descriptors[0])


def _warm_up() -> None:
    """Decode a gray square a few times: what libraries and interpreter prepare at first use, every child inherits."""
    drawn = cv2.imencode(".jpg", np.full((96, 128, 3), 90, np.uint8))[1].tobytes()
    for _ in range(10):
        answer("clean", Kind.JPEG, drawn, Limits(), {})


def _fork(control: socket.socket, descriptor: int) -> None:
    try:
        parent = os.fork()
    except OSError:
        # No room for another process: the application sees no greeting and asks again.
        return
    if parent:
        return
    try:
        control.close()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        _serve(socket.socket(fileno=descriptor))
    finally:
        # Whatever went wrong, say nothing: a traceback may quote the file. The closed socket is the message.
        os._exit(0)


def _serve(connection: socket.socket) -> None:
    connection.sendall(HELLO)
    header, (data,) = wire.receive(connection)
    limits = Limits(**header["limits"])
    confine(limits, len(data))
    try:
        reply = answer(header["task"], Kind(header["kind"]), data, limits, header["how"])
    except MemoryError:
        reply = {"refused": Refusal.DECODER_MEMORY.value}, []
    wire.send(connection, *reply)


def confine(limits: Limits, size: int) -> None:
    """Bound this process: time, processor, memory, no files written, no core dump."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CPU: limits.seconds,
    }
    used = _address_space()
    if used is not None:
        bounds[resource.RLIMIT_AS] = used + limits.memory + 2 * size
    for name, bound in bounds.items():
        resource.setrlimit(name, (bound, bound))


def _address_space() -> int | None:
    """Bytes of address space in use; None where the kernel does not say (macOS, which ignores that limit)."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return None


def answer(task: str, kind: Kind, data: bytes, limits: Limits, how: dict[str, Any] | None = None) -> Answer:
    """Do one task, "clean", "full" or "tiles". A refusal is an answer too. Raises MemoryError at the limit."""
    try:
        if task == "tiles":
            return _tiles(kind, data, limits, how or {})
        return _clean(kind, data, limits) if task == "clean" else _full(kind, data, limits)
    except PhotoRefused as refused:
        return {"refused": refused.code.value}, []


def _clean(kind: Kind, data: bytes, limits: Limits) -> Answer:
    picture = _open(kind, data, limits, limits.display_edge)
    shown = render.shrink(picture.pixels, limits.display_edge)
    small = render.shrink(shown, limits.thumbnail_edge)
    taken = picture.notes.taken_at
    header = {
        "width": picture.width,
        "height": picture.height,
        "display_width": shown.shape[1],
        "display_height": shown.shape[0],
        "fingerprint": render.fingerprint(small),
        "taken_at": taken.isoformat() if taken else None,
        "device": picture.notes.device,
        "dicom": asdict(picture.facts) if picture.facts else None,
    }
    bodies = [render.display_jpeg(shown), render.thumbnail_jpeg(small)]
    return header, bodies + ([picture.deep] if picture.deep else [])


def _full(kind: Kind, data: bytes, limits: Limits) -> Answer:
    return {}, [render.full_jpeg(_open(kind, data, limits, None).pixels)]


def _tiles(kind: Kind, data: bytes, limits: Limits, how: dict[str, Any]) -> Answer:
    """The whole picture in tiles: as it is, with local contrast, or (of a film's 16 bits) through a window."""
    if how["way"] == "window":
        pixels, (centre, width) = enhance.windowed(enhance.open_deep(data), how)
        return {}, [pyramid.pack(pixels, window=[round(centre), round(width)])]
    pixels = _open(kind, data, limits, None).pixels
    return {}, [pyramid.pack(enhance.clahe(pixels) if how["way"] == "clahe" else pixels)]


def _open(kind: Kind, data: bytes, limits: Limits, edge: int | None) -> Raster:
    if kind is Kind.DICOM:
        picture: Raster = _film().open_film(data, limits, edge)
        return picture
    return open_raster(data, kind, limits, edge)


def _film() -> Any:
    """The DICOM libraries cost 50 MB: only a site that sends films pays for them."""
    from screening.photo import film

    return film


if __name__ == "__main__":
    main()
