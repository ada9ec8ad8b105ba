"""What diabetes does to a drawn retina, one grade at a time."""

import cv2
import numpy as np

from inference.drawing.brush import Plane, Point, blank, cover, spot, stain, stroke, wash
from inference.drawing.eye import Eye

_BLOOD = (0.66, 0.33, 0.36)
_DOTS = (0, 6, 22, 42, 36)
_BLEEDS = (0, 0, 7, 30, 20)


def paint_lesions(eye: Eye, picture: Plane, grade: int) -> None:
    """Paint International Clinical Diabetic Retinopathy grade 0-4.

    1 microaneurysms only; 2 bleeding and hard exudates too; 3 bleeding in four quadrants and cotton wool;
    4 new vessels on the disc and elsewhere, and blood before the retina.
    """
    _spots(eye, picture, _DOTS[grade], (0.005, 0.009), 0.1)
    _spots(eye, picture, _BLEEDS[grade], (0.010, 0.032), 0.2)
    for _ in range(max(0, grade - 1)):
        _exudates(eye, picture)
    if grade >= 3:
        _cotton_wool(eye, picture, 4 if grade == 3 else 2)
    if grade == 4:
        _new_vessels(eye, picture, (eye.disc[0] - 0.03, eye.disc[1] - 0.07))
        _new_vessels(eye, picture, _somewhere(eye))
        _boat_bleed(eye, picture)


def _somewhere(eye: Eye) -> Point:
    """A place on the retina, mostly within the arcades, off the disc and the centre of the macula."""
    while True:
        x, y = (float(value) for value in eye.rng.normal((-0.08, 0.0), 0.42))
        off_disc = np.hypot(x - eye.disc[0], y - eye.disc[1]) > eye.disc_radius * 1.6
        off_fovea = np.hypot(x - eye.fovea[0], y - eye.fovea[1]) > 0.07
        if np.hypot(x, y) < 0.88 and off_disc and off_fovea:
            return x, y


def _spots(eye: Eye, picture: Plane, count: int, radii: tuple[float, float], ragged: float) -> None:
    sheet = blank(eye.size)
    for _ in range(count):
        radius = max(1.2, float(eye.rng.uniform(*radii)) * eye.radius)
        spot(eye.rng, sheet, eye.pixel(_somewhere(eye)), radius, ragged)
    stain(picture, wash(sheet, eye.size / 700) * 0.85, _BLOOD)


def _exudates(eye: Eye, picture: Plane) -> None:
    """Hard exudates: a broken ring of small, sharp, waxy yellow specks."""
    sheet = blank(eye.size)
    (x, y), reach, begin = _somewhere(eye), float(eye.rng.uniform(0.06, 0.12)), float(eye.rng.uniform(0, 6.3))
    for _ in range(int(eye.rng.integers(22, 40))):
        angle, distance = begin + eye.rng.uniform(0, 4.2), reach * eye.rng.normal(1, 0.2)
        centre = (x + distance * np.cos(angle), y + distance * np.sin(angle))
        spot(eye.rng, sheet, eye.pixel(centre), float(eye.rng.uniform(0.003, 0.010)) * eye.radius, 0.3)
    cover(picture, wash(sheet, eye.size / 1000) * 0.85, (248, 222, 136))


def _cotton_wool(eye: Eye, picture: Plane, count: int) -> None:
    sheet = blank(eye.size)
    for _ in range(count):
        x, y = _somewhere(eye)
        for dx, dy in eye.rng.normal(0, 0.02, (4, 2)):
            spot(eye.rng, sheet, eye.pixel((x + dx, y + 0.6 * dy)), 0.024 * eye.radius, 0.25)
    cover(picture, wash(sheet, eye.radius * 0.013) * 0.72, (246, 228, 190))


def _new_vessels(eye: Eye, picture: Plane, centre: Point) -> None:
    """A frond of fine looping vessels that follow no tree."""
    sheet = blank(eye.size)
    for heading in eye.rng.uniform(0, 6.3, 18):
        turns = heading + np.cumsum(eye.rng.normal(0, 0.42, 22))
        moves = np.stack([np.cos(turns), np.sin(turns)], 1).cumsum(0) * 0.009
        path = eye.size / 2 + (np.asarray(centre) + moves) * eye.radius
        stroke(sheet, path, np.full(len(path), eye.size / 800))
    stain(picture, wash(sheet, eye.size / 1300), (0.84, 0.48, 0.5))


def _boat_bleed(eye: Eye, picture: Plane) -> None:
    """Blood that has settled before the retina: level above, round below."""
    x, y = eye.pixel((eye.fovea[0] + 0.12, eye.fovea[1] + 0.34))
    axes = (round(0.17 * eye.radius), round(0.11 * eye.radius))
    sheet = blank(eye.size)
    cv2.ellipse(sheet, (round(x), round(y)), axes, 0, 0, 180, 255, -1, cv2.LINE_AA)
    cover(picture, wash(sheet, eye.size / 300) * 0.88, (116, 24, 18))
