"""When a visit was: by the phone's clock, put right by what it was measured to be wrong by. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

FARTHEST = timedelta(hours=14)  # from UTC, of any time zone there is


@dataclass(frozen=True)
class Began:
    """`at` the moment, `day` the calendar day where the patient was.

    `measured` is False where a phone claims a time and nobody knows what its clock is wrong by. Then `at` is what it
    claims, within what is possible, and good for no order; `day` is that of the receipt.
    """

    at: datetime
    day: date
    measured: bool = True


def began(
    received: datetime,
    zone: tzinfo,
    *,
    claimed: datetime | None = None,
    clock_error: timedelta | None = None,
    earliest: datetime | None = None,
) -> Began:
    """When something that came at `received` was begun: never after that, never before `earliest`.

    `claimed`: by the phone's clock, with the offset of its time zone, which says what day it was there; None where it
    was begun here and now. `clock_error`: the server's clock minus the phone's, None where it was not measured.
    `zone`: of the installation. All moments are aware.
    """
    here = Began(received, received.astimezone(zone).date())
    if claimed is None:
        return here
    try:
        at = claimed + (clock_error or timedelta())
        at = min(max(at, earliest or at), received)
        day = at.astimezone(_zone_of(claimed, zone)).date()
    except OverflowError:
        return Began(here.at, here.day, measured=False)
    return Began(at, day) if clock_error is not None else Began(at, here.day, measured=False)


def _zone_of(claimed: datetime, zone: tzinfo) -> tzinfo:
    """Where the phone believes to be, if there is such a place."""
    offset = claimed.utcoffset()
    return claimed.tzinfo if claimed.tzinfo and offset is not None and abs(offset) <= FARTHEST else zone
