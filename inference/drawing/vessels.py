"""Retinal vessels: two temporal arcades and two nasal bundles, an artery beside each vein, tapering twigs."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from inference.drawing.brush import Path, Plane, Point, blank, stain, stroke, wash
from inference.drawing.eye import Eye

_STEP = 0.014
_THINNEST = 0.0022
_ARTERY, _VEIN = 0.0066, 0.0092


@dataclass
class _Tree:
    """The branches of one kind of vessel: paths and half-widths in field radii."""

    branches: list[tuple[Path, Path]] = field(default_factory=list)

    def sorted(self) -> list[tuple[Path, Path]]:
        return sorted(self.branches, key=lambda branch: float(branch[1][0]))


def paint_vessels(eye: Eye, picture: Plane) -> None:
    """Stain the retina with veins (darker, wider), then arteries with their light reflex."""
    veins, arteries = _tree(eye, _VEIN, 0.016), _tree(eye, _ARTERY, -0.016)
    near_disc = np.exp(-((eye.distance(eye.disc) / (eye.disc_radius * 0.8)) ** 4)).astype(np.float32)
    dull = 1 - 0.45 * near_disc
    stain(picture, _draw(eye, veins, 1.0) * dull, (0.70, 0.40, 0.46))
    stain(picture, _draw(eye, arteries, 1.0) * dull, (0.86, 0.54, 0.52))
    stain(picture, _draw(eye, arteries, 0.3, thinnest=0.0034), (1.06, 1.25, 1.22))


def _draw(eye: Eye, tree: _Tree, share: float, thinnest: float = 0.0) -> Plane:
    """The tree, 0-1, fainter where thinner; drawn at twice the size, as half a pixel counts in a twig."""
    sheet = blank(2 * eye.size)
    for path, widths in tree.sorted():
        if widths[0] < thinnest:
            continue
        pixels = eye.size + path * 2 * eye.radius
        stroke(sheet, pixels, widths * 4 * eye.radius * share, np.clip(widths / _ARTERY, 0.3, 1) ** 0.7)
    small = np.asarray(cv2.resize(sheet, (eye.size, eye.size), interpolation=cv2.INTER_AREA), np.uint8)
    return wash(small, eye.size / 1500)


def _tree(eye: Eye, width: float, offset: float) -> _Tree:
    tree = _Tree()
    for up in (-1, 1):
        _arcade(eye, tree, up, width * float(eye.rng.uniform(0.9, 1.1)), offset)
        for low, high in ((0.85, 1.25), (0.15, 0.5)):
            heading = up * float(eye.rng.uniform(low, high))
            _grow(eye, tree, (eye.disc[0] + offset, eye.disc[1]), heading, width * 0.62, 2)
    for _ in range(2):
        heading = np.pi + float(eye.rng.normal(0, 0.35))
        _grow(eye, tree, (eye.disc[0] - 0.03, eye.disc[1] + offset), heading, width * 0.34, 1)
    return tree


def _arcade(eye: Eye, tree: _Tree, up: int, width: float, offset: float) -> None:
    """A temporal arcade: a parabola that opens away from the disc and sends twigs to both sides."""
    rng, count = eye.rng, 100
    t = np.linspace(0, 1.3, count)
    bend = rng.uniform(1.55, 2.0)
    height = rng.uniform(0.62, 0.72) * np.tanh(1.5 * t) * (1 - 0.10 * t)
    sway = np.cumsum(rng.normal(0, 0.016, 13))
    ripple = np.interp(np.linspace(0, 12, count), np.arange(13), sway - sway[0]) * np.minimum(t * 3, 1)
    ripple = np.convolve(np.pad(ripple, 8, "edge"), np.ones(17) / 17, "valid")
    x = eye.disc[0] + 0.6 * offset + 0.05 * t - bend * t**2 / (0.55 + t)
    path = np.stack([x, eye.disc[1] + up * (height + 1.3 * offset * np.minimum(t * 6, 1) + ripple)], 1)
    widths = width * np.linspace(1, 0.42, count)
    tree.branches.append((path, widths))
    for index in range(int(rng.integers(12, 18)), count - 12, int(rng.integers(8, 12))):
        ahead = path[index + 2] - path[index]
        inwards = rng.random() < 0.5
        turn = rng.uniform(0.45, 0.85) * up * (1 if not inwards else -1)
        heading = float(np.arctan2(ahead[1], ahead[0])) + float(turn if ahead[0] > 0 else -turn)
        start, thin = (float(path[index, 0]), float(path[index, 1])), 0.42 if inwards else 0.6
        _grow(eye, tree, start, heading, float(widths[index]) * thin, 2)


def _grow(eye: Eye, tree: _Tree, start: Point, heading: float, width: float, depth: int) -> None:
    """One twig with its own twigs; it stops at the rim, short of the fovea, or when it is too thin to see."""
    rng = eye.rng
    path, widths, turn = [start], [width], 0.0
    until_branch = int(rng.integers(10, 18))
    while width > _THINNEST and len(path) < 100:
        turn = 0.7 * turn + float(rng.normal(0, 0.028))
        heading += turn - 0.06 * float(np.sin(heading - _outwards(eye, path[-1], heading)))
        x, y = path[-1][0] + _STEP * np.cos(heading), path[-1][1] + _STEP * np.sin(heading)
        if np.hypot(x, y) > 1.05 or np.hypot(x - eye.fovea[0], y - eye.fovea[1]) < 0.12:
            break
        width *= 0.986
        path.append((float(x), float(y)))
        widths.append(width)
        until_branch -= 1
        if until_branch == 0 and depth:
            side = float(rng.choice((-1, 1)))
            _grow(eye, tree, path[-1], heading + side * float(rng.uniform(0.4, 0.8)), width * 0.72, depth - 1)
            heading -= side * 0.18
            width *= 0.92
            until_branch = int(rng.integers(12, 22))
    if len(path) > 5:
        tree.branches.append((np.array(path), np.array(widths)))


def _outwards(eye: Eye, point: Point, heading: float) -> float:
    """Where a vessel wants to go: away from the disc, or towards the macula if it already heads there."""
    away = float(np.arctan2(point[1] - eye.disc[1], point[0] - eye.disc[0]))
    to_fovea = float(np.arctan2(eye.fovea[1] - point[1], eye.fovea[0] - point[0]))
    return to_fovea if np.cos(heading - to_fovea) > 0.6 else away
