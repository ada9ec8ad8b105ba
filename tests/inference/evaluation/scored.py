"""Scores, answers and patients to measure with."""

from __future__ import annotations

import numpy as np


def scored(seed: int, people: int = 300, each: int = 2, lift: float = 1.2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, answers and patients, where the pictures of one patient are alike."""
    rng = np.random.default_rng(seed)
    ill = np.repeat(rng.random(people) < 0.4, each)
    own = np.repeat(rng.normal(0, 0.7, people), each)
    raw = own + rng.normal(0, 0.7, people * each) + lift * ill
    return 1 / (1 + np.exp(-raw)), ill, np.repeat(np.arange(people), each).astype(str)
