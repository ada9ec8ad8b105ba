"""What a file is, from its first bytes. Names and claimed media types are never asked."""

import re
from enum import StrEnum

from screening.photo.refusal import PhotoRefused, Refusal


class Kind(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    DICOM = "application/dicom"


PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_STARTS: tuple[tuple[bytes, Refusal], ...] = (
    (b"II*\0", Refusal.TIFF),
    (b"MM\0*", Refusal.TIFF),
    (b"II+\0", Refusal.TIFF),
    (b"%PDF", Refusal.PDF),
    (b"PK\x03\x04", Refusal.ARCHIVE),
    (b"PK\x05\x06", Refusal.ARCHIVE),
    (b"\x1f\x8b", Refusal.ARCHIVE),
    (b"7z\xbc\xaf", Refusal.ARCHIVE),
    (b"Rar!", Refusal.ARCHIVE),
    (b"GIF8", Refusal.OTHER_PICTURE),
    (b"BM", Refusal.OTHER_PICTURE),
    (b"8BPS", Refusal.OTHER_PICTURE),
    (b"\0\0\1\0", Refusal.OTHER_PICTURE),
    (b"\0\0\0\x0cjP  ", Refusal.OTHER_PICTURE),
    (b"\xff\x4f\xff\x51", Refusal.OTHER_PICTURE),
    (b"\xff\x0a", Refusal.OTHER_PICTURE),
    (b"\0\0\0\x0cJXL ", Refusal.OTHER_PICTURE),
    (b"\x1aE\xdf\xa3", Refusal.VIDEO),
)
_BOXES = {b"avif": Refusal.WEBP, b"avis": Refusal.WEBP}
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_MARKUP = re.compile(rb"\s*<(?:!doctype html|html|head|body|script)", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_ACTIVE = re.compile(rb"<(?:script|html|svg|\?php|!doctype)|%PDF-", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 65_557


def sniff(data: bytes) -> Kind:
    """Name the kind of file, or raise PhotoRefused naming what it is instead."""
    if not data:
        raise PhotoRefused(Refusal.EMPTY)
    # DICOM leaves its first 128 bytes free, so they may look like any other file: ask byte 128 first.
    if data[128:132] == b"DICM":
        return Kind.DICOM
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(PNG_SIGNATURE):
        return Kind.PNG
    raise PhotoRefused(_what_else(data))


def _what_else(data: bytes) -> Refusal:
    for start, refusal in _STARTS:
        if data.startswith(start):
            return refusal
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return _BOXES.get(brand, Refusal.HEIC if brand in _HEIC_BRANDS else Refusal.VIDEO)
    if data.startswith(b"RIFF"):
        return Refusal.WEBP if data[8:12] == b"WEBP" else Refusal.VIDEO
    head = data[:2048].removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(head):
        return Refusal.WEB_PAGE
    return Refusal.SVG if _SVG.search(head) else Refusal.UNKNOWN_TYPE


def refuse_hidden(trailing: bytes) -> None:
    """Raise PhotoRefused when what follows a picture's end is an archive or a page.

    Phones do append things there (motion photos, gain maps); those pass, and are dropped with the rest.
    """
    if _ZIP_END in trailing[-_ZIP_TAIL:] or _ACTIVE.search(trailing):
        raise PhotoRefused(Refusal.HIDDEN_CONTENT)
