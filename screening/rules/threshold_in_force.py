"""Which operating point binds a picture. Pure: no Django, no database.

A threshold counts only where somebody chose it and a second person signed it. The narrowest choice rules: one made for
the site before one for the whole programme, the most special group of people before the general one. Where the ruling
choice no longer holds there is no threshold at all, and a human reads: never the next best.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from inference.thresholds.stratum import Person, Stratum

P = TypeVar("P")


@dataclass(frozen=True)
class Choice(Generic[P]):
    """One signed choice: for a site (None: the whole programme) and a group; `withdrawn` takes an earlier one back."""

    site: object
    stratum: Stratum
    threshold: float
    holds: bool
    withdrawn: bool
    point: P


def point_in_force(choices: Iterable[Choice[P]], site: object, person: Person) -> P | None:
    """The operating point that binds a person's picture at a site; None: a human reads.

    `choices` are in the order they were made: of those for the same site and group, the last one rules.
    """
    newest = {(choice.site, str(choice.stratum)): choice for choice in choices}
    kept = [choice for choice in newest.values() if not choice.withdrawn]
    here = [choice for choice in kept if choice.site is not None and choice.site == site]
    near = here or [choice for choice in kept if choice.site is None]
    fitting = [choice for choice in near if choice.stratum.holds(person)]
    # Of two equally special groups the one that misses fewer: the lower threshold.
    ruling = min(fitting, key=lambda choice: (-choice.stratum.conditions, choice.threshold), default=None)
    return ruling.point if ruling and ruling.holds else None
