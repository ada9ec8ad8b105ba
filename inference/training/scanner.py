"""The same chest on another hospital's scanner: other histogram, other coarse light, other surroundings.

A network trained on one hospital learns its scanner. Here every film borrows from a film of another source.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.training import augment

Picture = NDArray[np.uint8]
LOW = 3  # frequencies up to this many periods a side are the scanner's, not the chest's


@dataclass(frozen=True)
class Looks:
    """Films to borrow from: `films` uint8 [N, S, S, 2], channel 1 the lungs (0..255)."""

    films: Picture

    def film(self, rng: np.random.Generator) -> Picture:
        """One of them at random."""
        return np.asarray(self.films[rng.integers(len(self.films))], np.uint8)


def rescan(rng: np.random.Generator, film: Picture, looks: Looks) -> Picture:
    """Another scanner for `film` uint8 [S, S, 2]; the lungs in channel 1 stay where they are."""
    gray, lung = np.ascontiguousarray(film[..., 0]), film[..., 1]
    chance = rng.random(5)
    if chance[0] < 0.35:
        gray = _swap_surroundings(rng, gray, lung, looks.film(rng)[..., 0])
    if chance[1] < 0.35:
        gray = _swap_coarse(rng, gray, looks.film(rng)[..., 0])
    if chance[2] < 0.5:
        gray = match(gray, looks.film(rng)[..., 0], rng.uniform(0.3, 1.0))
    gray = _tones(rng, gray)
    return np.dstack([gray, lung])


def _tones(rng: np.random.Generator, gray: Picture) -> Picture:
    gray = augment.tone(rng, gray, 0.5)
    if rng.random() < 0.3:
        gray = augment.bend(rng, gray)
    if rng.random() < 0.15:  # scanners that even out the contrast by themselves
        gray = np.asarray(cv2.createCLAHE(rng.uniform(1, 4), (4, 4)).apply(gray), np.uint8)
    if rng.random() < 0.3:
        gray = augment.shade(rng, gray[..., None], 0.25)[..., 0]
    return augment.soften(rng, gray[..., None]).reshape(gray.shape)


def match(gray: Picture, other: Picture, strength: float) -> Picture:
    """`gray` with the histogram of `other`, blended: 0 leaves it alone, 1 takes it over."""
    own = np.cumsum(np.bincount(gray.ravel(), minlength=256)) / gray.size
    theirs = np.cumsum(np.bincount(other.ravel(), minlength=256)) / other.size
    wanted = np.interp(own, theirs, np.arange(256))
    table = strength * wanted + (1 - strength) * np.arange(256)
    return np.asarray(cv2.LUT(gray, np.rint(table).astype(np.uint8)), np.uint8)


def _swap_coarse(rng: np.random.Generator, gray: Picture, other: Picture) -> Picture:
    """The lowest frequencies take part of their strength from another film, as in Fourier domain adaptation."""
    mine, theirs = np.fft.rfft2(gray), np.fft.rfft2(other)
    share = rng.uniform(0.2, 0.8)
    for rows in (slice(0, LOW), slice(-LOW + 1, None)):
        size = np.abs(mine[rows, :LOW]) + 1e-6
        wanted = (1 - share) * size + share * np.abs(theirs[rows, :LOW])
        mine[rows, :LOW] *= wanted / size
    return np.asarray(np.fft.irfft2(mine, s=gray.shape).clip(0, 255), np.uint8)


def _swap_surroundings(rng: np.random.Generator, gray: Picture, lung: Picture, other: Picture) -> Picture:
    """What is not lung becomes another film's, a flat level, or a blur: it must not decide."""
    size = gray.shape[0]
    reach = int(rng.integers(5, 12)) | 1
    wide = np.asarray(cv2.dilate(lung, np.ones((reach, reach), np.uint8)), np.uint8)
    keep = cv2.GaussianBlur(wide.astype(np.float32) / 255, (0, 0), size / 45)
    way = rng.random()
    if way < 0.6:
        outside = match(other, gray, 1.0).astype(np.float32)
    elif way < 0.8:
        outside = np.full(gray.shape, float(np.quantile(gray, rng.uniform(0.1, 0.9))), np.float32)
    else:
        outside = cv2.GaussianBlur(gray, (0, 0), size / 12).astype(np.float32)
    return np.asarray(keep * gray + (1 - keep) * outside, np.uint8)
