"""Photos that commands are tried with."""

from __future__ import annotations

import numpy as np

SIDE = 200


def grain(rng: np.random.Generator, depth: float) -> np.ndarray:
    picture = np.full((SIDE, SIDE, 3), 110.0) + rng.normal(0, 1, (SIDE, SIDE, 3)) * depth
    return picture.clip(0, 255).astype(np.uint8)
