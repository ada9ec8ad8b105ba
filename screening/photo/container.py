"""Walk the skeleton of a JPEG or PNG without decoding it.

What comes out is the size, the orientation, and a copy of the file that keeps only what a decoder needs:
no comments, profiles, thumbnails or text ever reach a decoder, and nothing behind the end mark survives.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from screening.photo.exif import Notes, read_notes
from screening.photo.kind import PNG_SIGNATURE, refuse_hidden
from screening.photo.refusal import PhotoRefused, Refusal


@dataclass(frozen=True)
class Skeleton:
    """`width` x `height` as stored; `channels` 1, 3 or 4 for JPEG, 0 (not asked) for PNG."""

    width: int
    height: int
    channels: int
    notes: Notes
    bare: bytes


_SOI, _EOI, _SOS, _APP1, _APP14 = 0xD8, 0xD9, 0xDA, 0xE1, 0xEE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ORDINARY_FRAMES = frozenset((0xC0, 0xC1, 0xC2))
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD8)))
_ANY_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
_NEXT_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
_MAX_SCANS = 100


def walk_jpeg(data: bytes) -> Skeleton:
    """Raise PhotoRefused for a JPEG that is cut off, contradicts itself, or is not of the ordinary kind."""
    # Views: the coded picture, nearly all of the file, is copied once, when the pieces are joined.
    view, notes, frame = memoryview(data), Notes(), b""
    bare, marker, end = [view[:2]], 0, 0
    for marker, start, end in _segments(data):
        body = data[start + 4 : end] if marker not in (_SOS, _EOI) else b""
        if marker == _APP1 and body.startswith(b"Exif\0\0") and notes == Notes():
            notes = read_notes(body[6:])
        if marker in _FRAMES:
            frame = _frame(marker, body, frame)
        if marker == _SOS and not frame:
            raise PhotoRefused(Refusal.DAMAGED)
        if _needed(marker, body):
            bare.append(view[start:end])
    if len(bare) < 4 or not frame:
        raise PhotoRefused(Refusal.DAMAGED)
    refuse_hidden(data[end:])
    height, width, channels = struct.unpack(">HHB", frame[1:6])
    return Skeleton(width, height, channels, notes, b"".join(bare))


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start, end) up to and with the end mark; a scan's segment reaches to the end of its data."""
    position, scans, marker = 2, 0, 0
    while marker != _EOI:
        position = _next_marker(data, position)
        marker, end = data[position + 1], position + 2
        if marker in _WITHOUT_LENGTH:
            position = end
            continue
        if marker != _EOI:
            end = _segment_end(data, position)
        if marker == _SOS:
            scans += 1
            end = _scan_end(data, end, scans)
        yield marker, position, end
        position = end


def _next_marker(data: bytes, position: int) -> int:
    """Skip stray bytes and fill bytes, as every decoder does."""
    found = _ANY_MARKER.search(data, position)
    if found is None:
        raise PhotoRefused(Refusal.TRUNCATED)
    return found.start()


def _segment_end(data: bytes, position: int) -> int:
    if position + 4 > len(data):
        raise PhotoRefused(Refusal.TRUNCATED)
    length = struct.unpack_from(">H", data, position + 2)[0]
    if length < 2:
        raise PhotoRefused(Refusal.DAMAGED)
    if position + 2 + length > len(data):
        raise PhotoRefused(Refusal.TRUNCATED)
    return int(position + 2 + length)


def _frame(marker: int, body: bytes, seen: bytes) -> bytes:
    if marker not in _ORDINARY_FRAMES or body[:1] != b"\x08":
        raise PhotoRefused(Refusal.UNUSUAL)
    if seen or len(body) < 6:
        raise PhotoRefused(Refusal.DAMAGED)
    if body[5] not in (1, 3, 4):
        raise PhotoRefused(Refusal.UNUSUAL)
    return body


def _scan_end(data: bytes, start: int, scans: int) -> int:
    """Where the coded picture data stops: at the next marker that is not a restart mark."""
    if scans > _MAX_SCANS:
        raise PhotoRefused(Refusal.UNUSUAL)
    found = _NEXT_MARKER.search(data, start)
    if found is None:
        raise PhotoRefused(Refusal.TRUNCATED)
    return found.start()


def _needed(marker: int, body: bytes) -> bool:
    """Frame, tables and scans; of the application segments only the two that say how colour is coded."""
    if marker == 0xE0:
        return body.startswith(b"JFIF\0")
    if marker == _APP14:
        return body.startswith(b"Adobe")
    return marker < 0xE0


_KEPT_CHUNKS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
_MAX_EXIF = 65_536


def walk_png(data: bytes) -> Skeleton:
    """Raise PhotoRefused for a PNG that is cut off, fails its checksums, or is animated."""
    bare, notes, header, position = [PNG_SIGNATURE], Notes(), b"", len(PNG_SIGNATURE)
    kind = b""
    while kind != b"IEND":
        if position + 12 > len(data):
            raise PhotoRefused(Refusal.TRUNCATED)
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            raise PhotoRefused(Refusal.TRUNCATED)
        if kind == b"acTL":
            raise PhotoRefused(Refusal.ANIMATED)
        if kind in _KEPT_CHUNKS:
            if zlib.crc32(data[position + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
                raise PhotoRefused(Refusal.DAMAGED)
            bare.append(data[position:end])
        if kind == b"IHDR":
            header = header or data[position + 8 : end - 4]
        if kind == b"eXIf" and length <= _MAX_EXIF:
            notes = read_notes(data[position + 8 : end - 4])
        position = end
    if len(header) != 13 or bare[1][4:8] != b"IHDR":
        raise PhotoRefused(Refusal.DAMAGED)
    refuse_hidden(data[position:])
    width, height = struct.unpack(">II", header[:8])
    return Skeleton(width, height, 0, notes, b"".join(bare))
