"""The order of a crossed reader study: who reads which case when, with or without the AI. Pure.

Every reader reads every case twice, a washout apart; in one round half of the cases come with the AI, in the other
round the other half. Which half comes first alternates from reader to reader, and every round has an order of its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

ROUNDS = (1, 2)
T = TypeVar("T")


def plan(seed: int, reader: int, round_: int, cases: Sequence[T]) -> list[tuple[T, bool]]:
    """One round of one reader (counted from 0), in reading order: the case, and whether it comes with the AI."""
    # Not for secrets: a study has to be repeatable from its seed.
    halves = list(range(len(cases)))
    random.Random(f"{seed} halves").shuffle(halves)  # noqa: S311
    first_half = set(halves[: (len(cases) + 1) // 2])
    swapped = (reader + round_) % 2 == 0
    order = list(range(len(cases)))
    random.Random(f"{seed} {reader} {round_}").shuffle(order)  # noqa: S311
    return [(cases[at], (at in first_half) != swapped) for at in order]


def opens(finished: datetime, washout_days: int) -> datetime:
    """When the second round opens."""
    return finished + timedelta(days=washout_days)
