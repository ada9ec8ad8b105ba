"""What a programme asks for, and whom it screens. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Protocol:
    """What one programme asks for. `recall_months` is the interval after an all-clear."""

    views: tuple[str, ...]
    retakes_allowed: int = 2
    recall_months: int = 12
    symptoms_refer: bool = False
    human_reads_all: bool = False
    age_min: int | None = None
    age_max: int | None = None
    reads_needed: int = 1


class Ineligible(StrEnum):
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    AGE_UNKNOWN = "age_unknown"
    NO_CONSENT = "no_consent"


def eligibility(protocol: Protocol, *, age: int | None, consented: bool) -> Ineligible | None:
    """Why a person may not be screened in a programme, or None. `age` in whole years."""
    if not consented:
        return Ineligible.NO_CONSENT
    if age is None:
        return Ineligible.AGE_UNKNOWN if protocol.age_min or protocol.age_max else None
    if protocol.age_min is not None and age < protocol.age_min:
        return Ineligible.TOO_YOUNG
    if protocol.age_max is not None and age > protocol.age_max:
        return Ineligible.TOO_OLD
    return None
