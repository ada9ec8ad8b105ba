"""What a photo is once it has been taken in, and how much of one is taken."""

from dataclasses import dataclass
from datetime import datetime

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one file: bytes, pixels, seconds of wall clock and of processor, bytes of memory.

    `memory` is working memory on top of the file itself and of the empty decoder (about 350 MB of address
    space, of which some 50 MB are ever touched).
    """

    photo_bytes: int = 25 * MEGABYTE
    dicom_bytes: int = 64 * MEGABYTE
    dicom_pixel_bytes: int = 256 * MEGABYTE
    pixels: int = 64_000_000
    shortest_side: int = 96
    display_edge: int = 2048
    thumbnail_edge: int = 320
    seconds: int = 10
    memory: int = 640 * MEGABYTE


@dataclass(frozen=True)
class DicomFacts:
    """What a reader needs from a DICOM header; words outside short lists of known ones are dropped.

    `windows` are (centre, width) pairs in modality units, `pixel_spacing` mm per row and column. A pixel p of
    the 16-bit picture stands for the modality value p * deep_scale + deep_offset; the 16-bit picture of a
    MONOCHROME1 film is not inverted, the display picture is. `spacing_from`: "PixelSpacing" (calibrated),
    "ImagerPixelSpacing" (at the detector: the body part itself is smaller) or None (no spacing, or not known which).
    """

    modality: str
    view_position: str | None
    laterality: str | None
    body_part: str | None
    photometric: str
    windows: tuple[tuple[float, float], ...]
    pixel_spacing: tuple[float, float] | None
    rows: int
    columns: int
    bits_stored: int
    transfer_syntax: str
    burned_in: bool | None
    deep_scale: float
    deep_offset: float
    spacing_from: str | None = None


@dataclass(frozen=True)
class CleanPhoto:
    """An accepted photo: upright, without metadata, named by the hash of the bytes as handed in.

    `width` x `height` is the full size, upright. `display` and `thumbnail` are JPEG, gray or RGB; `deep` is a
    16-bit gray PNG at full size for DICOM of more than 8 bits, else None. `pixel_fingerprint` is a 64-bit
    difference hash in hex: near copies differ in few bits. `taken_at` is the camera's own clock, without
    zone and unproven; `device` is "phone", "fundus_camera", "camera" or None.
    """

    original_sha256: str
    media_type: str
    width: int
    height: int
    display: bytes
    display_sha256: str
    display_width: int
    display_height: int
    thumbnail: bytes
    deep: bytes | None
    dicom: DicomFacts | None
    pixel_fingerprint: str
    taken_at: datetime | None
    device: str | None
