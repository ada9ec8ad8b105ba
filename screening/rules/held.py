"""What a phone delivered and no rule can settle: which decisions there are, and who may take them. Pure.

Nothing that came is lost because a rule refused it: it is held until somebody at the site decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Choice(StrEnum):
    """What somebody decides about a held delivery."""

    SAME = "same"  # it is the patient who is known here
    OTHER = "other"  # it is somebody else: enrolled without the number
    OTHER_SIDE = "other_side"  # the photo shows the other side
    LET_IN = "let_in"  # it is taken in all the same, and a human reads it
    CONSENTED = "consented"  # the patient was asked again, and agrees
    AGAIN = "again"  # what stood in the way has been put right
    CLOSE = "close"  # it is not taken in: dealt with otherwise


# Why it is held -> what may be decided. Whose it is and which side it shows, whoever works there can tell; whether
# somebody outside the rules is taken in, the site manager decides.
CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "local_id_taken": (Choice.SAME, Choice.OTHER, Choice.CLOSE),
    "id_taken": (Choice.SAME, Choice.OTHER, Choice.CLOSE),
    "too_young": (Choice.LET_IN, Choice.CLOSE),
    "too_old": (Choice.LET_IN, Choice.CLOSE),
    "age_unknown": (Choice.LET_IN, Choice.CLOSE),
    "no_consent": (Choice.CONSENTED, Choice.CLOSE),
    "not_here": (Choice.AGAIN, Choice.CLOSE),
    "duty": (Choice.LET_IN, Choice.CLOSE),
    "site": (Choice.LET_IN, Choice.CLOSE),
    "wrong_side": (Choice.OTHER_SIDE, Choice.CLOSE),
    "wrong_view": (Choice.AGAIN, Choice.CLOSE),
    "not_referred": (Choice.AGAIN, Choice.CLOSE),
    "bad_day": (Choice.AGAIN, Choice.CLOSE),
}
BY_ANYBODY = frozenset({Choice.SAME, Choice.OTHER, Choice.OTHER_SIDE})


def choices(code: str, *, manages: bool) -> tuple[Choice, ...]:
    """What this person may decide about a delivery that is held for `code`; none where it is not for them."""
    return tuple(one for one in CHOICES.get(code, ()) if manages or one in BY_ANYBODY)
