"""Is this photo fit to grade, and if not, why? Measured checks, merged with a gate model's scores if there are any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GATE_LIMIT = 0.5


@dataclass(frozen=True)
class Gradability:
    """`reason` is None exactly where the photo is gradable."""

    gradable: bool
    reason: str | None
    measures: Mapping[str, float]


def judge(rgb: npt.NDArray[np.uint8], modality: str, gate_scores: Mapping[str, float] | None) -> Gradability:
    """Judge an RGB uint8 photo."""
    reason = _gate(gate_scores or {})
    return Gradability(reason is None, reason, dict(gate_scores or {}))


def _gate(scores: Mapping[str, float]) -> str | None:
    if not scores or scores.get("gradable", 0.0) >= GATE_LIMIT:
        return None
    return max((label for label in scores if label != "gradable"), key=lambda label: scores[label])
