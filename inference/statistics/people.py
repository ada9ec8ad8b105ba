"""Pictures of one person are alike: they are drawn together, and count as the fewer independent ones they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inference.statistics import Names, Values

ROUNDS, BATCH = 2000, 100


def drawn(people: Names, rounds: int = ROUNDS, seed: int = 20) -> Iterator[Values]:
    """Bootstrap weights [batch, n]: how often each picture is in, where whole people are drawn with replacement."""
    rng = np.random.default_rng(seed)
    names, member = np.unique(people, return_inverse=True)
    even = np.full(len(names), 1 / len(names))
    for start in range(0, rounds, BATCH):
        size = min(BATCH, rounds - start)
        yield rng.multinomial(len(names), even, size=size)[:, member].astype(np.float64)


def design_effect(values: Values, people: Names) -> float:
    """How much wider pictures of the same people make a share, as a ratio of variances, at least 1 (Kish 1965)."""
    if len(values) < 2:
        return 1.0
    _, member = np.unique(people, return_inverse=True)
    if values.std() == 0:  # all alike: nothing tells pictures of one person apart, so each person counts once
        return len(values) / (int(member.max()) + 1)
    apart = values - values.mean()
    clustered = float((np.bincount(member, apart) ** 2).sum())
    return max(1.0, clustered / float((apart**2).sum()))
