"""Where things lie in one drawn eye. Lengths are field radii: 1 = from the centre to the lit rim.

The eye is a right eye, optic disc towards the viewer's right; a left one is its mirror image.
"""

from dataclasses import dataclass

import numpy as np

from inference.drawing.brush import Plane, Point


@dataclass
class Eye:
    rng: np.random.Generator
    size: int
    radius: float
    disc: Point
    disc_radius: float
    fovea: Point

    def pixel(self, point: Point) -> Point:
        """Field radii to pixels."""
        half = self.size / 2
        return half + point[0] * self.radius, half + point[1] * self.radius

    def distance(self, point: Point) -> Plane:
        """Distance of every pixel from `point`, in field radii."""
        x, y = self.pixel(point)
        rows, columns = np.ogrid[0 : self.size, 0 : self.size]
        return np.asarray(np.hypot(columns - x, rows - y) / self.radius, np.float32)


def new_eye(rng: np.random.Generator, size: int) -> Eye:
    """A right eye with its own proportions; disc and fovea lie about 2.5 disc diameters apart."""
    disc_x = rng.uniform(0.50, 0.62)
    return Eye(
        rng=rng,
        size=size,
        radius=size * rng.uniform(0.46, 0.48),
        disc=(disc_x, rng.normal(-0.02, 0.02)),
        disc_radius=rng.uniform(0.118, 0.14),
        fovea=(disc_x - rng.uniform(0.66, 0.72), 0.05 + rng.normal(0, 0.02)),
    )
