"""When to ask after a referred patient, pure.

Half the benefit of screening is lost after the result (53 % attended in the best arm of one published programme), so
every consult is asked after until somebody says how it ended.
"""

from __future__ import annotations

from datetime import date, timedelta

FIRST = {True: timedelta(days=1), False: timedelta(days=7)}  # urgent: the day after "today"; else after their week
AGAIN = timedelta(days=7)
NOT_YET = "not_yet"


def ask_on(*, urgent: bool, referred_on: date, answer: str = "", answered_on: date | None = None,
           promised: date | None = None) -> date | None:  # fmt: skip
    """The day to ask "did she go?" (again); None once there is an answer that ends it.

    `answer`: the newest answer's code, "" before the first. `promised`: the day they mean to go.
    """
    if not answer:
        return referred_on + FIRST[urgent]
    if answer != NOT_YET:
        return None
    return promised or (answered_on or referred_on) + AGAIN
