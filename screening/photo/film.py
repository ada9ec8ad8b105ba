"""DICOM to upright pixels and a few clinical facts. Runs in the child only."""

import struct
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels.utils import pixel_array

from screening.photo.exif import Notes
from screening.photo.header import STILLS, SYNTAXES, TAGS, claimed_time, facts_of, whole
from screening.photo.levels import Levels
from screening.photo.raster import Raster, check_size, complaints, refuse_invented
from screening.photo.refusal import PhotoRefused, Refusal
from screening.photo.result import Limits

config.settings.reading_validation_mode = config.IGNORE
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, OverflowError, RecursionError,
           NotImplementedError, RuntimeError, OSError, struct.error, InvalidDicomError)  # fmt: skip

_EXTENDED = "1.2.840.10008.1.2.4.51"
_LONG = (b"OB", b"OW", b"OF", b"SQ", b"UN", b"UT")


def open_film(data: bytes, limits: Limits, edge: int | None) -> Raster:
    """Decode one DICOM frame at full size; its 16 bits are wanted unless `edge` is None. Raises PhotoRefused."""
    syntax = _transfer_syntax(data)
    if syntax not in SYNTAXES:
        raise PhotoRefused(Refusal.DICOM_ENCODING)
    try:
        dataset = dcmread(BytesIO(data), specific_tags=list(TAGS))
        _check(dataset, syntax, limits)
        stored = _decode(dataset)
        levels = Levels.plain() if stored.ndim == 3 else Levels.of(dataset, stored)
        facts, notes = facts_of(dataset, syntax, levels), Notes(taken_at=claimed_time(dataset))
    except _BROKEN as error:
        # A header that cannot be walked is never passed on half read.
        raise PhotoRefused(Refusal.DICOM_HEADER) from error
    rows, columns = stored.shape[:2]
    if stored.ndim == 3:
        pixels = np.asarray(cv2.cvtColor(stored, cv2.COLOR_RGB2BGR), np.uint8)
        return Raster(pixels, columns, rows, notes, None, facts)
    deep = levels.deep_png(stored) if edge is not None and facts.bits_stored > 8 else None
    return Raster(levels.shown(stored), columns, rows, notes, deep, facts)


def _transfer_syntax(data: bytes) -> str:
    """Read group 2 by hand: pydicom would inflate a deflated file before anyone could say no."""
    position = 132
    while position + 8 <= len(data):
        group, element, kind = struct.unpack_from("<HH2s", data, position)
        if group != 2:
            break
        layout, start = ("<I", position + 12) if kind in _LONG else ("<H", position + 8)
        if start > len(data):
            break
        length = struct.unpack_from(layout, data, start - struct.calcsize(layout))[0]
        if element == 0x0010:
            return data[start : start + length].rstrip(b"\0 ").decode("ascii", "replace")
        position = start + length
    raise PhotoRefused(Refusal.TRUNCATED if position + 8 > len(data) else Refusal.DICOM_ENCODING)


def _check(dataset: Dataset, syntax: str, limits: Limits) -> None:
    """Everything that can be known before a pixel is decoded."""
    _check_kind(dataset)
    if whole(dataset, "NumberOfFrames", 1) != 1:
        raise PhotoRefused(Refusal.DICOM_FRAMES)
    rows, columns = whole(dataset, "Rows"), whole(dataset, "Columns")
    samples, allocated = whole(dataset, "SamplesPerPixel", 1), whole(dataset, "BitsAllocated")
    stored = whole(dataset, "BitsStored", allocated)
    if samples not in (1, 3) or allocated not in (8, 16) or not 1 <= stored <= allocated:
        raise PhotoRefused(Refusal.DICOM_HEADER)
    monochrome = str(dataset.get("PhotometricInterpretation", "")).startswith("MONOCHROME")
    if monochrome != (samples == 1) or (samples == 3 and allocated != 8):
        raise PhotoRefused(Refusal.DICOM_ENCODING)
    # JPEG Extended of 12 bits: no decoder here is known to be right for it.
    if syntax == _EXTENDED and stored != 8:
        raise PhotoRefused(Refusal.DICOM_ENCODING)
    check_size(columns, rows, limits)
    size = rows * columns * samples * allocated // 8
    if size > limits.dicom_pixel_bytes:
        raise PhotoRefused(Refusal.TOO_MANY_PIXELS)
    _check_complete(dataset, size)


def _check_kind(dataset: Dataset) -> None:
    """Is it a picture, and one of those this system reads? A header without its own kind was cut off."""
    modalities = STILLS.get(str(dataset.get("SOPClassUID", "")))
    modality = str(dataset.get("Modality", "")).strip().upper()
    if "PixelData" not in dataset and ("SOPClassUID" not in dataset or modalities):
        raise PhotoRefused(Refusal.TRUNCATED)
    if "PixelData" not in dataset and "Rows" not in dataset:
        raise PhotoRefused(Refusal.DICOM_NO_PICTURE)
    if modalities is None or modality not in modalities:
        raise PhotoRefused(Refusal.DICOM_KIND)


def _check_complete(dataset: Dataset, expected: int) -> None:
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        if not dataset["PixelData"].is_undefined_length:
            raise PhotoRefused(Refusal.DICOM_HEADER)
    elif len(dataset.PixelData) < expected:
        raise PhotoRefused(Refusal.TRUNCATED)


def _decode(dataset: Dataset) -> NDArray[Any]:
    try:
        with complaints() as heard:
            stored = np.asarray(pixel_array(dataset))
    except _BROKEN as error:
        raise PhotoRefused(Refusal.DAMAGED) from error
    refuse_invented(heard)
    depth = int(dataset.get("BitsStored", 0) or dataset.BitsAllocated)
    if stored.ndim == 2 and stored.dtype == np.uint16 and depth < 16:
        # Old films hide an overlay, sometimes with the patient's name, in the unused upper bits.
        stored = stored & np.uint16((1 << depth) - 1)
    return stored.astype(stored.dtype.newbyteorder("="), copy=False)
