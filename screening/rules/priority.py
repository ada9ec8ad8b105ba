"""How soon a specialist is asked, and within what time they answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class Priority(StrEnum):
    """Why, and so how soon, a specialist is asked."""

    URGENT = "urgent"
    REFER = "refer"
    REVIEW = "review"
    SAMPLE = "sample"


DUE: Mapping[Priority, timedelta] = {
    Priority.URGENT: timedelta(hours=24),
    Priority.REFER: timedelta(days=7),
    Priority.REVIEW: timedelta(days=3),
    # As a review: a sample that had longer would be known by its time.
    Priority.SAMPLE: timedelta(days=3),
}


# Where the AI orders the list and says nothing, a finding comes before what is merely to be seen.
ORDERED: Mapping[Priority, timedelta] = {
    Priority.URGENT: timedelta(hours=24),
    Priority.REFER: timedelta(days=2),
    Priority.REVIEW: timedelta(days=3),
    Priority.SAMPLE: timedelta(days=3),
}


def due(priority: Priority, *, blind: bool = False, ordered: bool = False) -> timedelta:
    """Within what time a specialist answers.

    `blind`: all that is not urgent has the same time, since another would betray what the AI found.
    """
    if ordered:
        return ORDERED[priority]
    return DUE[Priority.REVIEW if blind and priority is not Priority.URGENT else priority]


RANK = [Priority.SAMPLE, Priority.REVIEW, Priority.REFER, Priority.URGENT]


def more_urgent(a: Priority, b: Priority) -> Priority:
    """The priority that wins when a consult gains a second reason."""
    return max(a, b, key=RANK.index)
