"""A drawn fundus photo: retina, optic disc, vessels, lesions, and what a camera does to them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.drawing.brush import Plane, blank, cloud, cover, ramp, stroke, wash
from inference.drawing.eye import Eye, new_eye
from inference.drawing.lesions import paint_lesions
from inference.drawing.vessels import paint_vessels

QUALITIES = ("good", "blurred", "dark", "bright", "glare", "cut_off")
_FAIR = np.array([232, 140, 84], np.float32)
_DARK = np.array([190, 104, 56], np.float32)


def draw_fundus(
    seed: int, *, laterality: str = "R", lesions: int = 0, quality: str = "good", size: int = 1024
) -> NDArray[np.uint8]:
    """Draw a synthetic 45 degree colour fundus photo.

    `laterality` is "R" or "L" (optic disc towards the viewer's right or left), `lesions` 0-4 follows the
    International Clinical Diabetic Retinopathy grades, `quality` is one of QUALITIES. Returns uint8
    size x size x 3, RGB; the same arguments always give the same picture. Raises ValueError for other words.
    """
    if laterality not in ("R", "L") or quality not in QUALITIES or lesions not in range(5):
        raise ValueError(f"cannot draw laterality={laterality!r} lesions={lesions!r} quality={quality!r}")
    eye = new_eye(np.random.default_rng([seed, 45]), size)
    picture = _background(eye)
    _paint_disc(eye, picture)
    paint_vessels(eye, picture)
    # Lesions draw from their own stream, so that grades 0 and 4 of one seed show the same eye.
    eye.rng = np.random.default_rng([seed, 45, lesions])
    paint_lesions(eye, picture, lesions)
    if laterality == "L":
        picture = np.ascontiguousarray(picture[:, ::-1])
    return _photograph(eye, picture, quality)


def _background(eye: Eye) -> Plane:
    """The choroid seen through the retina: orange, darker and browner at the macula."""
    rng, size = eye.rng, eye.size
    pigment = float(rng.uniform(0, 1))
    from_fovea, from_disc = eye.distance(eye.fovea), eye.distance(eye.disc)
    glow = 1 + 0.14 * np.exp(-((from_disc / 0.45) ** 2)) - 0.05 * from_fovea
    glow -= 0.13 * np.exp(-((from_fovea / 0.26) ** 2)) + 0.22 * np.exp(-((from_fovea / 0.075) ** 2))
    glow += 0.03 * cloud(rng, size, 0.22) + 0.015 * cloud(rng, size, 0.06) + 0.010 * cloud(rng, size, 0.012)
    glow *= _choroid(eye, 0.10 * (1 - pigment)) * _nerve_fibres(eye, from_disc)
    picture = (_FAIR * (1 - pigment) + _DARK * pigment) * glow[..., None]
    warmth = 0.045 * cloud(rng, size, 0.3) - 0.14 * np.exp(-((from_fovea / 0.2) ** 2))
    picture[..., 1] *= 1 + warmth
    picture[..., 2] *= 1 + 1.6 * warmth
    return np.asarray(picture, np.float32)


def _choroid(eye: Eye, strength: float) -> Plane:
    """Blurred choroidal vessels, as a factor near 1; they show through in fair eyes."""
    sheet = blank(eye.size)
    for _ in range(40):
        turns = eye.rng.uniform(0, 6.3) + np.cumsum(eye.rng.normal(0, 0.1, 60))
        moves = np.stack([np.cos(turns), np.sin(turns)], 1).cumsum(0) * 0.02
        path = eye.size / 2 + (eye.rng.uniform(-1, 1, 2) + moves) * eye.radius
        stroke(sheet, path, np.full(60, eye.radius * 0.03))
    return np.asarray(1 + strength * (wash(sheet, eye.radius * 0.013) - 0.4), np.float32)


def _nerve_fibres(eye: Eye, from_disc: Plane) -> Plane:
    """The silky streaks that leave the disc above and below, as a factor near 1."""
    x, y = eye.pixel(eye.disc)
    rows, columns = np.ogrid[0 : eye.size, 0 : eye.size]
    angle = np.arctan2(rows - y, columns - x)
    streaks = np.interp(angle, np.linspace(-np.pi, np.pi, 361), eye.rng.normal(0, 1, 361))
    reach = np.exp(-((from_disc / 0.4) ** 2)) * np.sin(angle) ** 2
    return np.asarray(1 + reach * (0.07 + 0.02 * streaks), np.float32)


def _paint_disc(eye: Eye, picture: Plane) -> None:
    """A pale yellow-pink disc with a paler cup, redder on the nasal side."""
    rng, from_disc = eye.rng, eye.distance(eye.disc)
    edge = np.asarray(eye.disc_radius * (1 + 0.035 * cloud(rng, eye.size, 0.25)), np.float32)
    disc = ramp(from_disc, edge, 0.0055)
    halo = np.exp(-((np.maximum(from_disc - eye.disc_radius, 0) / 0.04) ** 2)) * (1 - disc)
    picture *= (1 + 0.10 * halo)[..., None]
    cover(picture, disc * 0.9, (244, 186, 124))
    blush = ramp(eye.distance((eye.disc[0] + eye.disc_radius, eye.disc[1])), eye.disc_radius * 0.9, 0.03)
    cover(picture, disc * blush * 0.5, (236, 150, 96))
    ratio = float(rng.uniform(0.3, 0.55))
    cup = ramp(eye.distance((eye.disc[0] - 0.015, eye.disc[1])), eye.disc_radius * ratio, 0.013)
    cover(picture, cup * 0.85, (255, 238, 192))


def _photograph(eye: Eye, picture: Plane, quality: str) -> NDArray[np.uint8]:
    """Optics, exposure, field stop and sensor noise."""
    size, from_centre = eye.size, eye.distance((0.0, 0.0))
    picture *= (1.05 - 0.34 * np.clip(from_centre, 0, 1.1) ** 2.6)[..., None]
    if quality == "blurred":
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), size * 0.013), np.float32)
    if quality == "glare":
        _glare(eye, picture)
    if quality == "bright":
        picture = picture * 1.75 + 70
    if quality == "dark":
        picture = picture * 0.2
    stop = ramp(from_centre, 1.0, 0.0028)
    if quality == "cut_off":
        stop = stop * ramp(eye.distance((0.12, 0.78)), 1.02, 0.02)
    noise = np.random.default_rng([size, round(eye.radius * 1000)]).standard_normal(picture.shape, np.float32)
    return np.asarray(np.clip((picture + 2.2 * noise) * stop[..., None] + 1.5, 0, 255), np.uint8)


def _glare(eye: Eye, picture: Plane) -> None:
    """A pale crescent at the rim (light off the iris) and a round reflection of the lens."""
    crescent = np.clip((eye.distance((-0.28, -0.22)) - 0.72) / 0.5, 0, 1) ** 1.3
    reflection = ramp(eye.distance((0.18, 0.3)), 0.15, 0.02)
    haze = np.asarray(np.clip(crescent * 1.15 + reflection * 0.92, 0, 1), np.float32)
    cover(picture, haze, (236, 240, 246))
