"""The heat map for the reader: where in the photo the model found its reasons."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from inference.preprocess import Frame

LONGEST_SIDE = 512
SEE_THROUGH = 0.35
STRONGEST = 200


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
    inside = np.zeros((height, width), np.float32)
    x0, y0 = max(0, round(frame.x0)), max(0, round(frame.y0))
    inside[y0 : max(0, round(frame.y1)), x0 : max(0, round(frame.x1))] = 1
    return np.asarray(spread * inside, np.float32)


def overlay(heat: npt.NDArray[np.float32], frame: Frame, width: int, height: int) -> bytes:
    """A PNG (RGBA) of the photo's shape to lay over it, clear where activation is low.

    At most 512 pixels long: the map itself has a few dozen cells.

    The colours (cividis) read the same with any colour vision.
    """
    shrink = min(1.0, LONGEST_SIDE / max(width, height))
    small = Frame(frame.x0 * shrink, frame.y0 * shrink, frame.x1 * shrink, frame.y1 * shrink)
    warm = in_photo(heat, small, max(1, round(width * shrink)), max(1, round(height * shrink)))
    shades = np.asarray(warm * 255, np.uint8)
    _, png = cv2.imencode(".png", cv2.LUT(cv2.merge([shades] * 4), _inks()))
    return png.tobytes()


@cache
def _inks() -> npt.NDArray[np.uint8]:
    """Blue, green, red and opacity of each of the 256 shades: one look-up paints colour and transparency."""
    shades = np.arange(256, dtype=np.uint8)
    alpha = np.clip((shades / 255 - SEE_THROUGH) / (1 - SEE_THROUGH), 0, 1) * STRONGEST
    colours = cv2.applyColorMap(shades[:, None], cv2.COLORMAP_CIVIDIS)
    return np.asarray(np.dstack([colours, alpha.astype(np.uint8)[:, None]]), np.uint8)


def _scaled(heat: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    positive = np.asarray(np.maximum(heat, 0), np.float32)
    top = float(positive.max(initial=0.0))
    # Only what speaks for the finding is shown; a map with nothing stays empty instead of amplified noise.
    return np.asarray(positive / top, np.float32) if top > 1e-6 else np.zeros_like(positive)
