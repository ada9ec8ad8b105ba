"""Pictures to measure with: drawn, 12 megapixels, as a phone camera saves them."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from inference import drawing


def phone_jpeg(seed: int, width: int = 4000, height: int = 3000, quality: int = 90) -> bytes:
    """A drawn fundus in the middle of a black 12-megapixel frame, with camera noise, as JPEG with an EXIF block."""
    eye = drawing.draw_fundus(seed, laterality="RL"[seed % 2], lesions=seed % 5, size=1500)
    eye = cv2.resize(eye, (height, height), interpolation=cv2.INTER_CUBIC)
    frame = np.zeros((height, width, 3), np.int16)
    left = (width - height) // 2
    frame[:, left : left + height] = eye
    frame += np.random.default_rng(seed).integers(-4, 5, frame.shape, dtype=np.int16)
    picture = Image.fromarray(frame.clip(0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x010F] = "Bench"
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()
