"""Figures as people read them: a bound never looks better than it is, and two numbers that differ look different."""

from __future__ import annotations

import math

# So that 0.29, stored a hair below itself, stays 0.29.
HAIR = 1e-9
MOST = 7


def floored(share: float, digits: int) -> float:
    """A lower bound in [0, 1] cut to so many decimals: always rounded down."""
    scale = 10.0**digits
    return math.floor(share * scale + HAIR) / scale


def apart(one: float, other: float, digits: int = 2) -> tuple[str, str]:
    """Both numbers with as many decimals, at least `digits`, as it takes to tell them apart; alike only if they are."""
    for count in range(digits, MOST):
        if f"{one:.{count}f}" != f"{other:.{count}f}":
            return f"{one:.{count}f}", f"{other:.{count}f}"
    return f"{one:.{digits}f}", f"{other:.{digits}f}"
