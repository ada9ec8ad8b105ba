"""The heat map for the reader: where in the photo the model found its reasons."""

from __future__ import annotations

import struct
import zlib
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from inference.assess.preprocess import Frame

LONGEST_SIDE = 512
SEE_THROUGH = 0.25
STRONGEST = 235
FULL = 0.98


def in_photo(heat: npt.NDArray[np.float32], frame: Frame, width: int, height: int) -> npt.NDArray[np.float32]:
    """The map in the photo's frame, float32 [height, width] from 0 to 1, 0 outside what the model saw.

    `heat` float32 [h, w] raw activation over `frame` (photo pixels of a photo `width` x `height` big).
    """
    rows, columns = heat.shape
    across, down = (frame.x1 - frame.x0) / columns, (frame.y1 - frame.y0) / rows
    # Cell (0, 0) is centred half a cell into the frame; pixel (0, 0) half a pixel into the photo.
    place = np.array(
        [[across, 0, frame.x0 + across / 2 - 0.5], [0, down, frame.y0 + down / 2 - 0.5]],
        np.float32,
    )
    spread = cv2.warpAffine(
        _scaled(heat), place, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in (frame.x0, frame.y0, frame.x1, frame.y1))
    for outside in (np.s_[:y0], np.s_[y1:], np.s_[:, :x0], np.s_[:, x1:]):
        spread[outside] = 0
    return np.asarray(spread, np.float32)


def overlay(heat: npt.NDArray[np.float32], frame: Frame, width: int, height: int) -> bytes:
    """A PNG (palette with opacity) of the photo's shape to lay over it, clear where activation is low.

    At most 512 pixels long: the map itself has a few dozen cells. The colours (cividis) read the same with any colour
    vision.
    """
    shrink = min(1.0, LONGEST_SIDE / max(width, height))
    small = Frame(frame.x0 * shrink, frame.y0 * shrink, frame.x1 * shrink, frame.y1 * shrink)
    warm = in_photo(heat, small, max(1, round(width * shrink)), max(1, round(height * shrink)))
    return _painted(np.asarray(warm * 255, np.uint8))


def _painted(shades: npt.NDArray[np.uint8]) -> bytes:
    """A gray PNG made one of 256 inks: the header says palette, the palette follows, the coded shades stay as they are.

    One plane to compress in place of four (PNG, ISO/IEC 15948, 11.2.2 to 11.3.2).
    """
    png = cv2.imencode(".png", shades)[1].tobytes()
    signature, header, coded = png[:8], png[16:29], png[33:]
    return signature + _chunk(b"IHDR", header[:9] + b"\3" + header[10:]) + _inks() + coded


@cache
def _inks() -> bytes:
    """Colour and opacity of each of the 256 shades, as the chunks of a PNG."""
    shades = np.arange(256, dtype=np.uint8)
    alpha = np.clip((shades / 255 - SEE_THROUGH) / (1 - SEE_THROUGH), 0, 1) * STRONGEST
    colours = cv2.applyColorMap(shades[:, None], cv2.COLORMAP_CIVIDIS)[:, 0, ::-1]
    return _chunk(b"PLTE", colours.tobytes()) + _chunk(b"tRNS", alpha.astype(np.uint8).tobytes())


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _scaled(heat: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    positive = np.asarray(np.maximum(heat, 0), np.float32)
    # The strongest one in fifty cells are full: scaled to a lone peak, a fine map could not be seen at all.
    top = max(float(np.quantile(positive, FULL)), 0.5 * float(positive.max(initial=0.0)))
    # Only what speaks for the finding is shown; a map with nothing stays empty instead of amplified noise.
    return np.asarray(np.minimum(positive / top, 1), np.float32) if top > 1e-6 else np.zeros_like(positive)
