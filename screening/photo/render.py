"""Upright pixels to the files that are shown. Runs in the child only.

A numpy array carries no metadata, so none can reach these files.
"""

import cv2
import numpy as np

from screening.photo.raster import Pixels

_DISPLAY_QUALITY, _THUMBNAIL_QUALITY, _FULL_QUALITY = 92, 80, 95


def shrink(pixels: Pixels, edge: int) -> Pixels:
    """Bring the long side down to at most `edge`; never enlarge."""
    height, width = pixels.shape[:2]
    scale = edge / max(height, width)
    if scale >= 1:
        return pixels
    while max(pixels.shape[:2]) >= 2 * edge and min(pixels.shape[:2]) > 1:
        # Halving first is several times as fast as one odd step, and averages the same areas.
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def display_jpeg(pixels: Pixels) -> bytes:
    return _jpeg(pixels, _DISPLAY_QUALITY)


def thumbnail_jpeg(pixels: Pixels) -> bytes:
    return _jpeg(pixels, _THUMBNAIL_QUALITY)


def full_jpeg(pixels: Pixels) -> bytes:
    return _jpeg(pixels, _FULL_QUALITY)


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    # Full colour resolution (4:4:4): small red lesions live in the colour channels.
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    done, encoded = cv2.imencode(".jpg", pixels, options)
    if not done:
        raise RuntimeError("JPEG encoder refused the pixels")
    return bytes(encoded.tobytes())


def fingerprint(pixels: Pixels) -> str:
    """64-bit difference hash, 16 hex digits: is each cell of an 8 x 9 grid darker than its right neighbour?"""
    gray = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    cells = cv2.resize(gray, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = (cells[:, 1:] > cells[:, :-1]).ravel()
    return np.packbits(bits).tobytes().hex()
