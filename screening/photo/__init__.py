"""Bytes in; an upright, metadata-free, hashed photo out, or a refusal that says what to do next.

Decoding never happens in this process: see `sandbox`.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

from screening.photo.kind import Kind, sniff
from screening.photo.refusal import SENTENCES, PhotoRefused, Refusal
from screening.photo.result import CleanPhoto, DicomFacts, Limits
from screening.photo.sandbox import Sandbox

__all__ = ["DEFAULT", "SENTENCES", "CleanPhoto", "DicomFacts", "Limits", "PhotoRefused", "Refusal", "clean", "full",
           "tiles"]  # fmt: skip

DEFAULT = Limits()
SANDBOX = Sandbox()


def clean(data: bytes, *, limits: Limits = DEFAULT) -> CleanPhoto:
    """Take in one JPEG, PNG or DICOM file. Raises PhotoRefused, and nothing else, for anything wrong with it."""
    kind = _taken(data, limits)
    header, bodies = SANDBOX.run("clean", kind, data, limits)
    try:
        return _photo(kind, data, header, bodies)
    except (KeyError, ValueError, TypeError) as error:
        raise PhotoRefused(Refusal.DECODER_FAILED) from error


def full(data: bytes, *, limits: Limits = DEFAULT) -> bytes:
    """Render the whole picture as an upright, metadata-free JPEG (quality 95, 4:4:4). Raises PhotoRefused."""
    kind = _taken(data, limits)
    _, bodies = SANDBOX.run("full", kind, data, limits)
    if len(bodies) != 1:
        raise PhotoRefused(Refusal.DECODER_FAILED)
    return bodies[0]


def tiles(data: bytes, how: dict[str, Any], *, limits: Limits = DEFAULT) -> bytes:
    """The whole picture cut into tiles (see `pyramid`). Raises PhotoRefused.

    `how["way"]`: "original" or "clahe" of the file as handed in; "window" of a film's 16-bit picture, with what
    `enhance.windowed` takes.
    """
    kind = Kind.PNG if how["way"] == "window" else _taken(data, limits)
    _, bodies = SANDBOX.run("tiles", kind, data, limits, how)
    if len(bodies) != 1:
        raise PhotoRefused(Refusal.DECODER_FAILED)
    return bodies[0]


def _taken(data: bytes, limits: Limits) -> Kind:
    kind = sniff(data)
    if len(data) > (limits.dicom_bytes if kind is Kind.DICOM else limits.photo_bytes):
        raise PhotoRefused(Refusal.TOO_LARGE)
    return kind


def _photo(kind: Kind, data: bytes, header: dict[str, Any], bodies: list[bytes]) -> CleanPhoto:
    display, thumbnail, *deep = bodies
    return CleanPhoto(
        original_sha256=sha256(data).hexdigest(),
        media_type=kind.value,
        width=int(header["width"]),
        height=int(header["height"]),
        display=display,
        display_sha256=sha256(display).hexdigest(),
        display_width=int(header["display_width"]),
        display_height=int(header["display_height"]),
        thumbnail=thumbnail,
        deep=deep[0] if deep else None,
        dicom=_facts(header["dicom"]),
        pixel_fingerprint=str(header["fingerprint"]),
        taken_at=datetime.fromisoformat(header["taken_at"]) if header["taken_at"] else None,
        device=header["device"],
    )


def _facts(words: dict[str, Any] | None) -> DicomFacts | None:
    if words is None:
        return None
    spacing = words["pixel_spacing"]
    windows = tuple((float(centre), float(width)) for centre, width in words["windows"])
    return DicomFacts(**{**words, "windows": windows, "pixel_spacing": tuple(spacing) if spacing else None})
