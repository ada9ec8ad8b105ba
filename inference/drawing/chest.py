"""A drawn frontal chest film: thicknesses of tissue are added up, then turned into film.

Positions are shares of the side (0-1), x towards the viewer's right, which is the patient's left.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.drawing.brush import (
    Ink,
    Path,
    Plane,
    Point,
    blank,
    cloud,
    fill,
    ramp,
    spline,
    spot,
    stroke,
    wash,
)

OPACITIES = (None, "cavity", "infiltrate", "nodule")
_RIBS = 10
_REACH = (0.16, 0.225, 0.262, 0.282, 0.296, 0.306, 0.314, 0.32, 0.326, 0.33)
_ZOOM = 1.16


def draw_chest(seed: int, *, opacity: str | None = None, size: int = 1024) -> NDArray[np.uint8]:
    """Draw a synthetic frontal chest film, bone white, air black.

    `opacity` is None, "cavity" (ring with a dark centre, upper zone), "infiltrate" (patchy whitening) or
    "nodule" (one round spot). Returns uint8 size x size; the same arguments always give the same film.
    Raises ValueError for any other opacity.
    """
    if opacity not in OPACITIES:
        raise ValueError(f"cannot draw opacity={opacity!r}")
    film = _Film(np.random.default_rng([seed, 35]), size)
    dense = film.body() - film.lungs() + film.middle() + film.bones() + film.markings()
    film.rng = np.random.default_rng([seed, 35, OPACITIES.index(opacity)])
    dense += _opacity(film, opacity)
    return film.develop(dense)


class _Film:
    """One patient's proportions; each method returns a layer of density, size x size."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self.rng, self.size = rng, size
        self.middle_x = 0.5 + float(rng.normal(0, 0.006))
        self.dome = (0.735 + float(rng.normal(0, 0.02)), 0.765 + float(rng.normal(0, 0.02)))
        self.lung_width = float(rng.uniform(0.285, 0.315))
        self.lung_ink = (self._lung(-1), self._lung(1))
        self.lung_mask = np.maximum(wash(self.lung_ink[0], size / 300), wash(self.lung_ink[1], size / 300))

    def _px(self, points: Sequence[Point]) -> list[Point]:
        half = self.size / 2
        return [(half + (x - 0.5) * _ZOOM * self.size, y * self.size) for x, y in points]

    def _lung(self, side: int) -> Ink:
        """The outline of one lung: apex, chest wall, sharp outer angle, dome, hilum."""
        x, w, low = self.middle_x, self.lung_width, self.dome[(side + 1) // 2]
        knots = [
            (x + side * 0.115, 0.085), (x + side * 0.18, 0.10), (x + side * 0.245, 0.19),
            (x + side * (w - 0.015), 0.36), (x + side * (w + 0.008), 0.56), (x + side * (w + 0.018), 0.72),
            (x + side * (w + 0.014), low + 0.10), (x + side * (w - 0.035), low + 0.035),
            (x + side * 0.20, low - 0.028), (x + side * 0.12, low - 0.026),
            (x + side * 0.05, low + 0.01), (x + side * 0.035, 0.55), (x + side * 0.055, 0.43),
            (x + side * 0.058, 0.25), (x + side * 0.075, 0.12),
        ]  # fmt: skip
        sheet = blank(self.size)
        fill(sheet, spline(self._px(knots), closed=True))
        return sheet

    def body(self) -> Plane:
        """Soft tissue: trunk, shoulders and neck, thinner towards its outline."""
        x = self.middle_x
        half = [
            (0.08, -0.1), (0.09, 0.03), (0.17, 0.085), (0.33, 0.12), (0.46, 0.17), (0.56, 0.28), (0.50, 0.42),
            (0.405, 0.50), (0.385, 0.64), (0.395, 0.80), (0.42, 1.1),
        ]  # fmt: skip
        knots = [(x + dx, y) for dx, y in half] + [(x - dx, y) for dx, y in reversed(half)]
        sheet = blank(self.size)
        fill(sheet, spline(self._px(knots), closed=True))
        depth = _depth(sheet) / (0.16 * self.size)
        thickness = np.sqrt(np.clip(depth, 0, 1)) * 0.50 + 0.05 * cloud(self.rng, self.size, 0.25)
        belly = np.clip((np.linspace(0, 1, self.size) - 0.62) / 0.3, 0, 1)[:, None] * 0.26
        return np.asarray(wash(sheet, self.size / 500) * (thickness + belly + 0.12), np.float32)

    def lungs(self) -> Plane:
        """Air: how much density is missing, deepest mid-lung, less at the bases."""
        rows = np.linspace(0, 1, self.size)[:, None]
        air = np.zeros((self.size, self.size), np.float32)
        for ink in self.lung_ink:
            shape = np.sqrt(np.clip(_depth(ink) / (0.10 * self.size), 0, 1))
            bases = 1 - 0.28 * np.clip((rows - 0.5) / 0.3, 0, 1)
            air += wash(ink, self.size / 420) * (0.30 + 0.20 * shape) * bases
        return np.asarray(air, np.float32)

    def middle(self) -> Plane:
        """Great vessels, aortic knob, heart (two thirds to the patient's left), minus the windpipe."""
        x, size = self.middle_x, self.size
        wide = float(self.rng.uniform(0.9, 1.08))
        low = self.dome[1]
        shadow = [
            (x - 0.055, -0.1), (x - 0.055, 0.24), (x - 0.062, 0.40), (x - 0.082 * wide, 0.52),
            (x - 0.10 * wide, 0.62), (x - 0.085, low - 0.02), (x - 0.06, 1.1), (x + 0.14, 1.1),
            (x + 0.195 * wide, low + 0.03), (x + 0.21 * wide, low - 0.05), (x + 0.172 * wide, 0.575),
            (x + 0.105, 0.465), (x + 0.072, 0.40), (x + 0.084, 0.335), (x + 0.068, 0.285), (x + 0.05, 0.20),
            (x + 0.055, -0.1),
        ]  # fmt: skip
        sheet = blank(size)
        fill(sheet, spline(self._px(shadow), closed=True))
        depth = np.clip(_depth(sheet) / (0.09 * size), 0, 1)
        fade = np.clip(1.0 - (np.linspace(0, 1, size)[:, None] - low) / 0.09, 0, 1)
        heart = wash(sheet, size / 260) * (0.30 + 0.17 * np.sqrt(depth)) * fade * (0.3 + 0.7 * self.lung_mask)
        pipe = blank(size)
        stroke(pipe, spline(self._px([(x, -0.02), (x + 0.004, 0.2), (x - 0.004, 0.35)])), [0.034 * size] * 60)
        stroke(pipe, spline(self._px([(x - 0.004, 0.35), (x - 0.06, 0.42)])), [0.02 * size] * 60)
        stroke(pipe, spline(self._px([(x - 0.004, 0.35), (x + 0.07, 0.425)])), [0.02 * size] * 60)
        return np.asarray(heart - 0.10 * wash(pipe, size / 170) - self._stomach(), np.float32)

    def _stomach(self) -> Plane:
        """The gas bubble under the left dome."""
        sheet = blank(self.size)
        centre = ((self.middle_x + 0.17) * self.size, (self.dome[1] + 0.075) * self.size)
        spot(self.rng, sheet, centre, 0.045 * self.size, 0.14)
        return wash(sheet, self.size / 130) * np.float32(0.12)

    def bones(self) -> Plane:
        """Spine, ribs (bright back, faint front), collar bones and shoulder blades."""
        layer = self._spine() + self._ribs()
        for side in (-1, 1):
            layer += 0.16 * self._bone(self._clavicle(side), 0.028)
            layer += 0.06 * wash(self._scapula(side), self.size / 200)
            layer += 0.12 * self._bone(self._arm(side), 0.075)
        return np.asarray(layer, np.float32)

    def _bone(self, path: Path, width: float, levels: Path | None = None) -> Plane:
        """A tube: the two edges (cortex) are denser than the middle."""
        wide, core = blank(self.size), blank(self.size)
        stroke(wide, path, [width * self.size] * len(path), levels)
        stroke(core, path, [width * self.size * 0.72] * len(path), levels)
        return np.asarray(wash(wide, self.size / 420) - 0.42 * wash(core, self.size / 340), np.float32)

    def _spine(self) -> Plane:
        x, layer = self.middle_x, np.zeros((self.size, self.size), np.float32)
        column, discs, bumps = blank(self.size), blank(self.size), blank(self.size)
        stroke(column, np.array(self._px([(x, -0.1), (x, 1.1)])), [0.078 * self.size])
        for index in range(17):
            y = 0.03 + index * (0.052 + 0.0008 * index)
            stroke(discs, np.array(self._px([(x - 0.034, y), (x + 0.034, y)])), [0.009 * self.size])
            stroke(bumps, np.array(self._px([(x, y + 0.018), (x, y + 0.036)])), [0.010 * self.size])
        layer += 0.08 * wash(column, self.size / 160) - 0.03 * wash(discs, self.size / 260)
        return np.asarray(layer + 0.03 * wash(bumps, self.size / 260), np.float32)

    def _ribs(self) -> Plane:
        layer = np.zeros((self.size, self.size), np.float32)
        for side in (-1, 1):
            for index in range(_RIBS):
                path = self._rib(side, index)
                # Behind, bone faces the beam; in front it thins out into cartilage, which casts no shadow.
                levels = np.interp(np.linspace(0, 1, len(path)), (0, 0.5, 0.62, 0.85, 1), (1, 1, 0.6, 0.5, 0))
                layer += (0.135 if index < 8 else 0.08) * self._bone(path, 0.021 if index else 0.026, levels)
        return layer

    def _rib(self, side: int, index: int) -> Path:
        """One rib: from the spine over the chest wall, forward and down, to its cartilage."""
        x, y = self.middle_x, 0.115 + 0.068 * index + float(self.rng.normal(0, 0.002))
        reach = _REACH[index] * self.lung_width / 0.298
        drop = 0.06 + 0.0115 * index
        knots = [
            (x + side * 0.035, y + 0.012), (x + side * 0.35 * reach, y - 0.008),
            (x + side * 0.72 * reach, y + 0.018), (x + side * 0.94 * reach, y + 0.55 * drop),
            (x + side * reach, y + drop),
            (x + side * 0.95 * reach, y + drop + 0.055), (x + side * 0.76 * reach, y + drop + 0.105),
            (x + side * 0.48 * reach, y + drop + 0.125),
        ]  # fmt: skip
        return spline(self._px(knots), 12)

    def _clavicle(self, side: int) -> Path:
        x = self.middle_x
        knots = [
            (x + side * 0.04, 0.205), (x + side * 0.11, 0.188), (x + side * 0.20, 0.172),
            (x + side * 0.29, 0.145), (x + side * 0.37, 0.148),
        ]  # fmt: skip
        return spline(self._px(knots))

    def _arm(self, side: int) -> Path:
        x = self.middle_x
        return spline(self._px([(x + side * 0.44, 0.215), (x + side * 0.47, 0.27), (x + side * 0.62, 0.52)]))

    def _scapula(self, side: int) -> Ink:
        x, sheet = self.middle_x, blank(self.size)
        knots = [(0.25, 0.19), (0.37, 0.18), (0.41, 0.22), (0.35, 0.33), (0.31, 0.46), (0.285, 0.34)]
        fill(sheet, spline(self._px([(x + side * dx, y) for dx, y in knots]), closed=True))
        return sheet

    def markings(self) -> Plane:
        """Hila and the lung vessels that fan out from them, within the lungs only."""
        sheet, hilum = blank(self.size), blank(self.size)
        for side in (-1, 1):
            centre = (self.middle_x + side * 0.085, 0.435 - 0.012 * side)
            for _ in range(7):
                dx, dy = self.rng.normal(0, (0.014, 0.032))
                spot(self.rng, hilum, self._px([(centre[0] + dx, centre[1] + dy)])[0], 0.015 * self.size, 0.3)
            for heading in np.linspace(-1.35, 1.4, 13) + self.rng.normal(0, 0.08, 13):
                self._branch(sheet, centre, float(heading) if side > 0 else np.pi - float(heading), 0.0085, 3)
        texture = 0.012 * cloud(self.rng, self.size, 0.03) + 0.008 * cloud(self.rng, self.size, 0.012)
        layer = 0.15 * wash(sheet, self.size / 380) + 0.11 * wash(hilum, self.size / 75) + texture
        return np.asarray(layer * self.lung_mask, np.float32)

    def _branch(self, sheet: Ink, start: Point, heading: float, width: float, depth: int) -> None:
        steps = int(self.rng.integers(7, 13))
        turns = heading + np.cumsum(self.rng.normal(0, 0.08, steps))
        moves = np.stack([np.cos(turns), np.sin(turns)], 1).cumsum(0) * 0.012
        path = np.vstack([start, np.asarray(start) + moves])
        taper = np.linspace(1, 0.7, steps + 1) * width
        stroke(sheet, path * self.size, taper * self.size, np.full(steps + 1, min(1.0, 0.12 + width * 80)))
        if depth:
            for turn in (-self.rng.uniform(0.2, 0.5), self.rng.uniform(0.2, 0.5)):
                end = (float(path[-1, 0]), float(path[-1, 1]))
                self._branch(sheet, end, float(turns[-1] + turn), width * 0.66, depth - 1)

    def develop(self, dense: Plane) -> NDArray[np.uint8]:
        """Density to film: an S-shaped curve, grain, and the side marker every film carries."""
        marker = blank(self.size)
        where = (round(0.88 * self.size), round(0.10 * self.size))
        thick = max(2, self.size // 220)
        cv2.putText(marker, "L", where, cv2.FONT_HERSHEY_SIMPLEX, self.size / 640, 255, thick)
        curve = 255 / (1 + np.exp(-(dense - 0.40) / 0.20))
        curve = 4 + (curve - 30) * 1.12
        grain = 1.6 * self.rng.standard_normal(curve.shape, np.float32)
        film = np.maximum(cv2.GaussianBlur(curve, (0, 0), self.size / 1500) + grain, marker * 0.92)
        return np.asarray(np.clip(film, 0, 255), np.uint8)


def _depth(ink: Ink) -> Plane:
    """How far inside a filled outline each pixel lies, in pixels."""
    return np.asarray(cv2.distanceTransform((ink > 127).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _opacity(film: _Film, kind: str | None) -> Plane:
    """Something in the lung that should not be there; never over the heart."""
    rng, size = film.rng, film.size
    side = int(rng.choice((-1, 1)))
    x = film.middle_x + side * float(rng.uniform(0.16, 0.21))
    y = float(rng.uniform(0.22, 0.30)) if kind == "cavity" else float(rng.uniform(0.34, 0.60))
    rows, columns = np.ogrid[0 : 1 : size * 1j, 0 : 1 : size * 1j]
    distance = np.asarray(np.hypot(columns - x, rows - y) * (1 + 0.06 * cloud(rng, size, 0.12)), np.float32)
    layer = np.zeros((size, size), np.float32)
    if kind == "cavity":
        wall = 0.26 * ramp(distance, 0.05, 0.004) - 0.25 * ramp(distance, 0.033, 0.003)
        layer = np.asarray(wall + _patches(film, x, y, 0.09), np.float32)
    if kind == "infiltrate":
        layer = _patches(film, x, y, 0.13) * 1.6
    if kind == "nodule":
        layer = 0.22 * ramp(distance, float(rng.uniform(0.02, 0.032)), 0.0025)
    return np.asarray(layer * film.lung_mask, np.float32)


def _patches(film: _Film, x: float, y: float, reach: float) -> Plane:
    """Fluffy, ill-defined whitening around one place."""
    sheet = blank(film.size)
    for dx, dy in film.rng.normal(0, reach * 0.5, (22, 2)):
        spot(film.rng, sheet, ((x + dx) * film.size, (y + dy) * film.size), film.size * reach * 0.17, 0.35)
    clumps = 1 + 0.3 * cloud(film.rng, film.size, 0.025)
    return np.asarray(0.13 * wash(sheet, film.size * 0.014) * clumps, np.float32)
