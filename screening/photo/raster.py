"""JPEG and PNG to upright pixels. Runs in the child only.

Pixels are uint8, height x width (gray) or height x width x 3 (BGR, OpenCV's order).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.photo.container import Skeleton, walk_jpeg, walk_png
from screening.photo.exif import Notes
from screening.photo.kind import Kind
from screening.photo.refusal import PhotoRefused, Refusal
from screening.photo.result import DicomFacts, Limits

Pixels = NDArray[np.uint8]

# A reduced JPEG decode may fall a little short of the display edge: 4000 -> 2000 saves a resize.
_CLOSE_ENOUGH = 0.92
# What libjpeg says when it had to invent pixels; it says other things about harmless oddities.
_INVENTED = (b"premature end", b"Premature end", b"bad Huffman", b"found marker", b"Corrupt JPEG data: bad")


@dataclass(frozen=True)
class Raster:
    """Upright pixels, perhaps reduced; `width` x `height` is the full size, upright."""

    pixels: Pixels
    width: int
    height: int
    notes: Notes = field(default_factory=Notes)
    deep: bytes | None = None
    facts: DicomFacts | None = None


def open_raster(data: bytes, kind: Kind, limits: Limits, edge: int | None) -> Raster:
    """Decode to about `edge` pixels on the long side (None: full size). Raises PhotoRefused."""
    skeleton = walk_jpeg(data) if kind is Kind.JPEG else walk_png(data)
    check_size(skeleton.width, skeleton.height, limits)
    stored = _decode_jpeg(skeleton, edge) if kind is Kind.JPEG else _decode_png(skeleton)
    pixels = _turn(stored, skeleton.notes.orientation)
    width, height = skeleton.width, skeleton.height
    if skeleton.notes.orientation >= 5:
        width, height = height, width
    return Raster(pixels, width, height, skeleton.notes)


def check_size(width: int, height: int, limits: Limits) -> None:
    """Judge a size before anything is decoded."""
    if width * height > limits.pixels:
        raise PhotoRefused(Refusal.TOO_MANY_PIXELS)
    if min(width, height) < limits.shortest_side:
        raise PhotoRefused(Refusal.TOO_SMALL)


@contextmanager
def complaints() -> Iterator[list[bytes]]:
    """Collect what C decoders write to standard error; the list is filled when the block ends."""
    heard: list[bytes] = []
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    # A full pipe must drop words, not stop the decoder.
    os.set_blocking(writer, False)
    before = os.dup(2)
    os.dup2(writer, 2)
    try:
        yield heard
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(writer)
        try:
            heard.append(os.read(reader, 65_536))
        except BlockingIOError:
            heard.append(b"")
        os.close(reader)


def refuse_invented(heard: list[bytes]) -> None:
    """Raise PhotoRefused if the decoder filled gaps with grey: a clinical hazard, not a convenience."""
    if any(sign in words for words in heard for sign in _INVENTED):
        raise PhotoRefused(Refusal.DAMAGED)


def _decode_jpeg(skeleton: Skeleton, edge: int | None) -> Pixels:
    colour = skeleton.channels != 1
    flag = cv2.IMREAD_COLOR if colour else cv2.IMREAD_GRAYSCALE
    for factor in (8, 4, 2):
        if edge is not None and max(skeleton.width, skeleton.height) / factor >= edge * _CLOSE_ENOUGH:
            flag = getattr(cv2, f"IMREAD_REDUCED_{'COLOR' if colour else 'GRAYSCALE'}_{factor}")
            break
    return _decode(skeleton, flag)


def _decode(skeleton: Skeleton, flag: int) -> Pixels:
    with complaints() as heard:
        try:
            decoded = cv2.imdecode(np.frombuffer(skeleton.bare, np.uint8), flag | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error as error:
            raise PhotoRefused(Refusal.DAMAGED) from error
    if b"nsufficient memory" in heard[0] or b"OutOfMemory" in heard[0]:
        raise MemoryError
    refuse_invented(heard)
    if decoded is None:
        raise PhotoRefused(Refusal.DAMAGED)
    return np.asarray(decoded)


def _decode_png(skeleton: Skeleton) -> Pixels:
    """Any PNG as 8 bit gray or BGR; what is transparent becomes black."""
    decoded = _decode(skeleton, cv2.IMREAD_UNCHANGED)
    if decoded.dtype == np.uint16:
        decoded = _to_eight_bits(decoded)
    if decoded.ndim == 3 and decoded.shape[2] == 4:
        alpha = decoded[..., 3]
        decoded = np.ascontiguousarray(decoded[..., :3])
        if alpha.min() < 255:
            opaque = cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR)
            decoded = np.asarray(cv2.multiply(decoded, opaque, scale=1 / 255), np.uint8)
    return np.asarray(decoded, np.uint8)


def _to_eight_bits(deep: NDArray[Any]) -> Pixels:
    """Scale by the smallest usual depth that holds the brightest pixel: 12-bit films are stored in 16."""
    brightest = int(deep[..., :3].max() if deep.ndim == 3 else deep.max())
    depth = next(bits for bits in (8, 10, 12, 14, 16) if brightest < 1 << bits)
    eight = cv2.convertScaleAbs(deep, alpha=255 / ((1 << depth) - 1))
    if deep.ndim == 3 and deep.shape[2] == 4:
        eight[..., 3] = deep[..., 3] >> 8
    return np.asarray(eight, np.uint8)


def _turn(pixels: Pixels, orientation: int) -> Pixels:
    """Apply an EXIF orientation (1-8): 2-4 flips, 5-8 with rows and columns swapped first."""
    if orientation >= 5:
        pixels = np.asarray(cv2.transpose(pixels), np.uint8)
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    return pixels if flip is None else np.asarray(cv2.flip(pixels, flip), np.uint8)
