"""Ways in which the same eye or chest may look different on another day, camera or scanner."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def turn(
    rng: np.random.Generator,
    picture: Picture,
    *,
    degrees: float,
    zoom: tuple[float, float],
    shift: float,
    side: int = 0,
) -> Picture:
    """Rotate, zoom and move at random; outside is black. `shift` is a share of the side; `side` the new one."""
    size = picture.shape[0]
    side = side or size
    scale = float(np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1]))))
    matrix = np.asarray(
        cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), rng.uniform(-degrees, degrees), scale), np.float64
    )
    matrix[0, 0:2] *= rng.uniform(0.94, 1.06)
    matrix[:, 2] += rng.uniform(-shift, shift, 2) * size
    matrix = np.diag([side / size, side / size]) @ matrix
    return np.asarray(cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)


def mirror(rng: np.random.Generator, picture: Picture, *, upright: bool) -> Picture:
    """Mirror left to right, and unless `upright` top to bottom too, each with even chance."""
    across, down = rng.random() < 0.5, not upright and rng.random() < 0.5
    if not (across or down):
        return picture
    return np.asarray(cv2.flip(picture, -1 if across and down else int(across)), np.uint8).reshape(picture.shape)


def soften(rng: np.random.Generator, picture: Picture) -> Picture:
    """Blur a little, sharpen, add grain, or compress hard: each camera and network does one of them."""
    choice = rng.random()
    if choice < 0.2:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.2)), np.uint8)
    if choice < 0.35:
        smooth = cv2.GaussianBlur(picture, (0, 0), 1.5)
        return np.asarray(cv2.addWeighted(picture, 1.6, smooth, -0.6, 0), np.uint8)
    if choice < 0.5:
        return compress(rng, picture, 20, 80)
    if choice < 0.6:
        grain = rng.normal(0, rng.uniform(1, 7), picture.shape)
        return np.clip(picture + grain, 0, 255).astype(np.uint8)
    return picture


def compress(rng: np.random.Generator, picture: Picture, low: int, high: int) -> Picture:
    """Through JPEG and back at a random quality in low..high."""
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(low, high))])
    back = np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)
    return back.reshape(picture.shape)


def shade(rng: np.random.Generator, picture: Picture, strength: float) -> Picture:
    """Light one side more than the other, with a different tint for each channel."""
    angle = rng.uniform(0, 2 * np.pi)
    ramp = np.linspace(-1, 1, 16, dtype=np.float32)
    slope = np.cos(angle) * ramp[None, :] + np.sin(angle) * ramp[:, None]
    tints = np.asarray(rng.uniform(0.5, 1.0, picture.shape[2]) * rng.uniform(0, strength), np.float32)
    light = cv2.resize(
        np.asarray(1 + slope[..., None] * tints, np.float32), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR
    )
    return np.asarray(cv2.multiply(picture, light, dtype=cv2.CV_8U), np.uint8).reshape(picture.shape)


def tone(rng: np.random.Generator, picture: Picture, strength: float) -> Picture:
    """Another exposure: gamma, contrast and brightness through one table for all channels."""
    gamma = np.exp(rng.uniform(-strength, strength))
    gain, lift = np.exp(rng.uniform(-strength, strength) / 2), rng.uniform(-40, 40) * strength
    levels = 255 * (np.arange(256) / 255) ** gamma
    table = np.clip((levels - 128) * gain + 128 + lift, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8).reshape(picture.shape)


def bend(rng: np.random.Generator, picture: Picture, knots: int = 5) -> Picture:
    """Another scanner: a random rising curve from black to white."""
    steps = np.concatenate([[0.0], np.cumsum(rng.gamma(3.0, 1.0, knots))])
    table = np.interp(np.arange(256), np.linspace(0, 255, knots + 1), 255 * steps / steps[-1])
    return np.asarray(cv2.LUT(picture, table.astype(np.uint8)), np.uint8).reshape(picture.shape)


def hide(rng: np.random.Generator, picture: Picture, share: float) -> Picture:
    """Cover one random rectangle with its own mean, so that no single corner decides."""
    size = picture.shape[0]
    height, width = (int(value) for value in rng.integers(1, max(2, int(size * share)), 2))
    top, left = int(rng.integers(0, size - height)), int(rng.integers(0, size - width))
    part = picture[top : top + height, left : left + width]
    picture = picture.copy()
    picture[top : top + height, left : left + width] = part.mean(axis=(0, 1)).astype(np.uint8)
    return picture
