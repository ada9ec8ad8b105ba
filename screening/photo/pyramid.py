"""A picture cut into tiles of every size, as one file: written in the child, read tile by tile by the application.

The file: b"FLT1", the length of a JSON header (big-endian, 4 bytes), the header, then the JPEG tiles one after
another. Sizes and overlap follow the Deep Zoom convention: level 0 of the header is the full picture, each next one
half as large; a tile at (x, y) begins `overlap` pixels before x * tile, except at the edge.
"""

import json
import struct
from collections.abc import Iterator
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray

MAGIC = b"FLT1"
TILE, OVERLAP, QUALITY = 512, 1, 92
_LENGTH = struct.Struct(">I")
_MOST = 4_000_000


class NotTiles(Exception):
    """Not a file of tiles, or none at that place."""


def pack(pixels: NDArray[np.uint8], **facts: Any) -> bytes:
    """Cut and encode every level. `facts` go into the header as they are."""
    levels, bodies, place = [], [], 0
    for image in _levels(pixels):
        height, width = image.shape[:2]
        at = []
        for tile in _cut(image):
            bodies.append(_jpeg(tile))
            at.append((place, len(bodies[-1])))
            place += len(bodies[-1])
        levels.append({"width": width, "height": height, "columns": -(-width // TILE), "tiles": at})
    words = json.dumps({"tile": TILE, "overlap": OVERLAP, "levels": levels, **facts}).encode()
    return b"".join([MAGIC, _LENGTH.pack(len(words)), words, *bodies])


def _levels(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    image = pixels
    while True:
        yield image
        height, width = image.shape[:2]
        if max(height, width) <= TILE:
            return
        size = (-(-width // 2), -(-height // 2))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _cut(image: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    height, width = image.shape[:2]
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            yield image[
                max(0, top - OVERLAP) : min(height, top + TILE + OVERLAP),
                max(0, left - OVERLAP) : min(width, left + TILE + OVERLAP),
            ]


def _jpeg(tile: NDArray[np.uint8]) -> bytes:
    # Full colour resolution (4:4:4): small red lesions live in the colour channels.
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(tile), options)
    if not done:
        raise RuntimeError("JPEG encoder refused the pixels")
    return bytes(encoded.tobytes())


def header(file: IO[bytes]) -> dict[str, Any]:
    """What the file says of itself; "start" is where its tiles begin. Raises NotTiles."""
    begin = file.read(8)
    if len(begin) < 8 or not begin.startswith(MAGIC):
        raise NotTiles
    length = _LENGTH.unpack(begin[4:])[0]
    if length > _MOST:
        raise NotTiles
    said: dict[str, Any] = json.loads(file.read(length))
    return {**said, "start": 8 + length}


def tile(file: IO[bytes], level: int, x: int, y: int) -> bytes:
    """One JPEG tile; level 0 is the full picture. Raises NotTiles where there is none."""
    said = header(file)
    if not 0 <= level < len(said["levels"]):
        raise NotTiles
    place = said["levels"][level]
    number = y * place["columns"] + x
    if not (0 <= x < place["columns"] and 0 <= number < len(place["tiles"])):
        raise NotTiles
    start, size = place["tiles"][number]
    file.seek(said["start"] + start)
    return file.read(size)
