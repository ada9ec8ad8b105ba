"""The right day: the phone's, put right by what its clock is wrong by, and never later than it came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules import began

RECEIVED = datetime(2027, 1, 2, 10, 0, tzinfo=UTC)
FIJI = timezone(timedelta(hours=12))
HAWAII = timezone(timedelta(hours=-10))
RIGHT = timedelta()
CASES = [
    # what the phone claims, what its clock is wrong by, the ticket's issue, the day, whether it is known
    (None, None, None, date(2027, 1, 2), True),
    (None, RIGHT, None, date(2027, 1, 2), True),
    (datetime(2026, 12, 29, 9, tzinfo=UTC), RIGHT, None, date(2026, 12, 29), True),
    (datetime(2026, 12, 29, 9, tzinfo=UTC), None, None, date(2027, 1, 2), False),
    # three years slow, and a century fast
    (datetime(2023, 12, 29, 9, tzinfo=UTC), timedelta(days=1096), None, date(2026, 12, 29), True),
    (datetime(2099, 1, 1, 9, tzinfo=UTC), timedelta(days=-26301), None, date(2026, 12, 29), True),
    # New Year's morning where the patient is, while it is still the old year here
    (datetime(2027, 1, 1, 6, tzinfo=FIJI), RIGHT, None, date(2027, 1, 1), True),
    (datetime(2026, 12, 31, 22, tzinfo=HAWAII), RIGHT, None, date(2026, 12, 31), True),
    # it cannot have been later than it came, nor before the person had the phone
    (datetime(2027, 3, 1, tzinfo=UTC), RIGHT, None, date(2027, 1, 2), True),
    (datetime(1970, 1, 1, tzinfo=UTC), RIGHT, datetime(2026, 12, 20, tzinfo=UTC), date(2026, 12, 20), True),
    # beyond every calendar, or from no place on earth
    (datetime(9999, 12, 31, 23, tzinfo=UTC), timedelta(days=400), None, date(2027, 1, 2), False),
    (datetime(2026, 12, 29, 23, tzinfo=timezone(timedelta(hours=23))), RIGHT, None, date(2026, 12, 29), True),
]


@pytest.mark.parametrize(("claimed", "error", "issued", "day", "known"), CASES)
def test_the_day_is_the_one_where_the_patient_was(
    claimed: datetime | None, error: timedelta | None, issued: datetime | None, day: date, known: bool
) -> None:
    found = began(RECEIVED, UTC, claimed=claimed, clock_error=error, earliest=issued)
    assert (found.day, found.measured) == (day, known)


moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.timezones())
errors = st.none() | st.timedeltas()


@given(received=moments, claimed=st.none() | moments, error=errors, back=st.none() | st.timedeltas(RIGHT))
def test_it_is_never_later_than_the_receipt_nor_before_the_ticket(
    received: datetime, claimed: datetime | None, error: timedelta | None, back: timedelta | None
) -> None:
    received = received.astimezone(UTC)
    try:
        issued = received - back if back is not None else None
    except OverflowError:
        issued = None
    found = began(received, UTC, claimed=claimed, clock_error=error, earliest=issued)
    assert found.at <= received
    assert issued is None or found.at >= issued
    assert found.day <= (received + timedelta(hours=14)).date()
    assert found.measured or found.day == received.date()
    assert found.measured or claimed is not None
