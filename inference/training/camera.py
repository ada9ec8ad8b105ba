"""The same eye through another camera: framing, light, exposure and compression drawn at random.

The training copies are histogram-equalised; a camera's photo is not. Each copy is therefore taken back to levels such
as a camera gives, changed and compressed there, and equalised again as the served preprocessing does.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import special

from inference.picture.field_light import DARKEST, lit_pixels
from inference.training import augment

Picture = NDArray[np.uint8]
# The middle level of red, green and blue over the lit field in ordinary photos, and how far it may lie from it.
MIDDLES = np.array([0.52, 0.33, 0.20])
SPREADS = np.array([0.20, 0.15, 0.13])
BANDS = (0.05, 0.16)  # standard deviation of a channel's levels over the field
RANKS = special.ndtri((np.arange(256) + 0.5) / 256)


def frame(
    rng: np.random.Generator, picture: Picture, side: int, *, zoom: tuple[float, float], roam: float, scale: float = 1.0
) -> Picture:
    """Mirror, turn, zoom and move an eye in one go; outside is black.

    The result is `side` pixels wide and shows the eye at `scale` times a zoom drawn from `zoom`; its middle lies up
    to `roam` of the picture's width from the eye's middle.
    """
    size = picture.shape[0]
    grown = float(np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1])))) * scale
    angle, stretch = rng.uniform(0, 2 * np.pi), rng.uniform(0.95, 1.05)
    flip = 1.0 if rng.random() < 0.5 else -1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.diag([flip * grown * stretch, grown / stretch])
    centre = size / 2 - 0.5 + rng.uniform(-roam, roam, 2) * size
    shift = (side / 2 - 0.5) - matrix @ centre
    whole = np.concatenate([matrix, shift[:, None]], axis=1)
    return np.asarray(cv2.warpAffine(picture, whole, (side, side), flags=cv2.INTER_LINEAR), np.uint8)


def record(rng: np.random.Generator, picture: Picture) -> Picture:
    """What another camera would have stored of an equalised picture, uint8 [S, S, 3]; black stays black."""
    lit = lit_pixels(picture)
    taken = exposed(rng, picture)
    if rng.random() < 0.5:
        taken = augment.shade(rng, taken, 0.35)
    taken = _focused(rng, taken)
    if rng.random() < 0.6:
        taken = augment.compress(rng, taken, 35, 95)
    # A pixel of the field must not count as surround because a camera left it dark.
    return np.asarray(cv2.copyTo(np.maximum(taken, DARKEST + 1).astype(np.uint8), lit), np.uint8)


def exposed(rng: np.random.Generator, picture: Picture) -> Picture:
    """Levels as a camera spreads them: about normal around a middle, skewed a little, each channel by itself."""
    tables = np.zeros((256, 1, 3), np.uint8)
    skew = np.exp(rng.uniform(-0.3, 0.3))
    for channel in range(3):
        middle = MIDDLES[channel] + rng.uniform(-1, 1) * SPREADS[channel]
        levels = middle + rng.uniform(*BANDS) * RANKS * np.where(RANKS > 0, skew, 1 / skew)
        tables[:, 0, channel] = np.clip(np.rint(levels * 255), 1, 255)
    tables[0] = 0
    return np.asarray(cv2.LUT(picture, tables), np.uint8)


def _focused(rng: np.random.Generator, picture: Picture) -> Picture:
    choice = rng.random()
    if choice < 0.25:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.1)), np.uint8)
    if choice < 0.4:
        smooth = cv2.GaussianBlur(picture, (0, 0), 1.5)
        strength = rng.uniform(0.2, 0.8)
        return np.asarray(cv2.addWeighted(picture, 1 + strength, smooth, -strength, 0), np.uint8)
    if choice < 0.55:
        grain = rng.normal(0, rng.uniform(0.5, 3), picture.shape)
        return np.clip(picture + grain, 0, 255).astype(np.uint8)
    return picture
