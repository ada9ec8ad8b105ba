"""People with scores, to set thresholds on."""

from __future__ import annotations

import numpy as np


def people(seed: int, ill: int, well: int, lift: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return np.r_[rng.normal(lift, 1, ill), rng.normal(0, 1, well)], np.arange(ill + well) < ill
