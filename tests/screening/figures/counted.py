"""Figures in tests: what a manager is told of the visits made so far."""

from __future__ import annotations

import uuid

from screening.figures import counted_visits
from screening.figures.counted_visits import Period
from screening.figures.report import Report, report


def codes(counted: Report, code: str) -> set[uuid.UUID]:
    return {visit.pk for visit in counted.behind(code)}


def seen_by(user: object, programme: object, **days: object) -> Report:
    period = Period.latest()
    return report(counted_visits.visits(user, programme, period), programme.views)  # type: ignore[attr-defined]
