"""Does a picture look like those its model was measured on? A distance in plain measures of light, colour and detail.

Whatever the network says, a score on a picture unlike any it was measured on has no evidence behind it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import cv2
import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from inference import declared
from inference.declared import Number, Positive, Several

Pixels = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]
SIDE = 128
SCALES = (1.0, 2.0, 4.0, 8.0)
PERCENTILES = (5, 25, 50, 75, 95)
FEATURES = 20
FEWEST = 100
# A picture beyond the farthest 1 in 200 of the reference is called unusual.
QUANTILE = 0.995
# Keeps directions in which the reference hardly varies from deciding alone.
SHRINK = 0.1


@dataclass(frozen=True)
class Reference:
    """What usual pictures look like: mean and covariance of the measures (after scaling), and the limit of distance."""

    mean: Values
    spread: Values
    inverse: Values
    limit: float
    pictures: int

    def distance(self, rgb: Pixels) -> float:
        """How unusual: 1 at the limit, less inside."""
        apart = (measures(rgb) - self.mean) / self.spread
        return float(np.sqrt(max(0.0, float(apart @ self.inverse @ apart))) / self.limit)

    def written(self, data: str) -> dict[str, Any]:
        """As a manifest's `reference`; `data` names the pictures."""
        return {
            "data": data, "pictures": self.pictures, "limit": round(self.limit, 6),
            "mean": self.mean.round(6).tolist(), "spread": self.spread.round(6).tolist(),
            "inverse": [row.round(6).tolist() for row in self.inverse],
        }  # fmt: skip


def measures(rgb: Pixels) -> Values:
    """Twenty measures of a picture, none of which knows any anatomy."""
    small = cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    bands = [_detail(gray, sigma) for sigma in SCALES]
    edge = np.ones(gray.shape, np.bool_)
    edge[SIDE // 8 : -SIDE // 8, SIDE // 8 : -SIDE // 8] = False
    channels = [*small.mean(axis=(0, 1)), *small.std(axis=(0, 1))]
    tinted = [float((small[..., 0] - small[..., 2]).mean()), float((small[..., 1] - small[..., 2]).mean())]
    halves = [float(gray[: SIDE // 2].mean() - gray[SIDE // 2 :].mean()), float(np.abs(gray - gray[:, ::-1]).mean())]
    light = [*np.percentile(gray, PERCENTILES), float(gray[edge].mean() - gray[~edge].mean())]
    return np.array([*channels, *tinted, *halves, *light, *bands], np.float64)


def _detail(gray: npt.NDArray[np.float32], sigma: float) -> float:
    band = cv2.GaussianBlur(gray, (0, 0), sigma) - cv2.GaussianBlur(gray, (0, 0), 2 * sigma)
    return float(np.log1p(band.std()))


def learn(pictures: Sequence[Values]) -> Reference:
    """From the measures of pictures that are usual. Raises ValueError for fewer than a hundred."""
    if len(pictures) < FEWEST:
        raise ValueError(f"{FEWEST} pictures are needed to say what is usual; {len(pictures)} are there.")
    rows = np.stack(pictures)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    apart = (rows - mean) / spread
    covariance = (1 - SHRINK) * np.cov(apart, rowvar=False) + SHRINK * np.eye(apart.shape[1])
    inverse = np.asarray(np.linalg.inv(covariance), np.float64)
    distances = np.sqrt(np.einsum("ij,jk,ik->i", apart, inverse, apart))
    return Reference(mean, spread, inverse, float(np.quantile(distances, QUANTILE)), len(rows))


Measures = Annotated[
    tuple[Number, ...], Meta(min_length=FEATURES, max_length=FEATURES, description=f"a list of {FEATURES} numbers")
]
Spreads = Annotated[
    tuple[Positive, ...], Meta(min_length=FEATURES, max_length=FEATURES, description=f"{FEATURES} numbers above 0")
]


class _Told(Struct, frozen=True):
    """`reference` in a manifest."""

    mean: Measures
    spread: Spreads
    inverse: Annotated[
        tuple[Measures, ...], Meta(min_length=FEATURES, max_length=FEATURES, description=f"{FEATURES} lists of numbers")
    ]
    limit: Positive
    pictures: Several


def read(manifest: Mapping[str, Any]) -> Reference | None:
    """The reference a pack carries; None: it has none. Raises PackError("bad_reference")."""
    if manifest.get("reference") is None:
        return None
    told = declared.read(manifest["reference"], _Told, "manifest.reference", {"": "bad_reference"})
    return Reference(np.array(told.mean), np.array(told.spread), np.array(told.inverse), told.limit, told.pictures)
