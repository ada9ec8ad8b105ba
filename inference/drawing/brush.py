"""The few strokes every drawing is made of: clouds, curves, lines and ragged spots.

Ink is a uint8 plane, drawn on with 0-255; `wash` turns it into float32 0-1 for mixing.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Ink = NDArray[np.uint8]
Path = NDArray[np.float64]
Point = tuple[float, float]

_SUBPIXEL_BITS = 4


def blank(size: int) -> Ink:
    """An empty sheet of size x size pixels."""
    return np.zeros((size, size), np.uint8)


def cloud(rng: np.random.Generator, size: int, grain: float) -> Plane:
    """Smooth noise, mean 0 and spread 1; `grain` is the width of one cloud as a share of the side."""
    cells = max(3, round(1 / grain))
    coarse = rng.standard_normal((cells, cells)).astype(np.float32)
    smooth = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray((smooth - smooth.mean()) / (smooth.std() + 1e-6), np.float32)


def wash(ink: Ink, sigma: float) -> Plane:
    """Ink as float32 0-1, softened by a Gaussian of `sigma` pixels."""
    plane = np.asarray(ink, np.float32) / np.float32(255)
    if sigma < 0.2:
        return plane
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def ramp(distance: Plane, edge: Plane | float, softness: float) -> Plane:
    """1 where `distance` is below `edge`, 0 beyond, a logistic slope of `softness` between."""
    slope = np.clip((distance - edge) / softness, -30, 30)
    return np.asarray(1 / (1 + np.exp(slope)), np.float32)


def stroke(ink: Ink, path: Path, widths: Path | Sequence[float], levels: Path | Sequence[float] | None = None) -> None:
    """Draw a line through `path` (N x 2, pixels), with a width (pixels) and a level (0-1) per step."""
    fixed = np.round(path * (1 << _SUBPIXEL_BITS)).astype(int).tolist()
    shades = [1.0] * len(fixed) if levels is None else levels
    for start, end, width, level in zip(fixed[:-1], fixed[1:], widths, shades, strict=False):
        thickness = max(1, round(float(width)))
        cv2.line(ink, start, end, round(255 * float(level)), thickness, cv2.LINE_AA, _SUBPIXEL_BITS)


def spot(rng: np.random.Generator, ink: Ink, centre: Point, radius: float, ragged: float = 0.2) -> None:
    """Fill a roundish spot; `ragged` is the spread of its edge as a share of the radius (pixels)."""
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    reach = radius * np.clip(1 + rng.normal(0, ragged, 9), 0.5, 1.7)
    knots = [(centre[0] + r * np.cos(a), centre[1] + r * np.sin(a)) for r, a in zip(reach, angles, strict=True)]
    fill(ink, spline(knots, steps=6, closed=True))


def fill(ink: Ink, outline: Path, level: float = 1.0) -> None:
    """Fill a closed outline given in pixels."""
    points = np.round(outline * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(ink, [points], round(255 * level), cv2.LINE_AA, _SUBPIXEL_BITS)


def spline(knots: Sequence[Point], steps: int = 24, closed: bool = False) -> Path:
    """A smooth (Catmull-Rom) curve through the knots, as an N x 2 array."""
    k = np.asarray(knots, np.float64)
    before, after = (k[-1:], k[:2]) if closed else (2 * k[:1] - k[1:2], 2 * k[-1:] - k[-2:-1])
    ring = np.vstack([before, k, after])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(ring[:-3], ring[1:-2], ring[2:-1], ring[3:], strict=True)
    ]
    return np.vstack([*pieces, ring[1:2] if closed else ring[-2:-1]])


def stain(picture: Plane, amount: Plane, factors: Sequence[float]) -> None:
    """Multiply each colour channel towards `factors` where `amount` is 1."""
    for channel, factor in enumerate(factors):
        picture[..., channel] *= 1 + amount * (factor - 1)


def cover(picture: Plane, amount: Plane, colour: Sequence[float]) -> None:
    """Mix each colour channel towards `colour` (0-255) where `amount` is 1."""
    for channel, value in enumerate(colour):
        picture[..., channel] += amount * (value - picture[..., channel])
