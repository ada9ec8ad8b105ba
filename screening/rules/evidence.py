"""What is known of a patient's pictures and of what they told: all that triage may look at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from screening.rules.priority import RANK, Priority


class ImageState(StrEnum):
    """What is known of one picture."""

    PENDING = "pending"
    FAILED = "failed"
    UNGRADABLE = "ungradable"
    UNBOUND = "unbound"  # scored, but no operating point is valid for this model and capture class
    NEGATIVE = "negative"
    POSITIVE = "positive"


@dataclass(frozen=True)
class Picture:
    """One picture as evidence. `reason` says why it is ungradable or failed, as a code.

    `disputed`: the same picture stands under another patient or eye, and nobody has said yet whose it is.
    """

    id: str
    view: str
    state: ImageState
    reason: str = ""
    disputed: bool = False
    urgency: Priority = Priority.REFER


@dataclass(frozen=True)
class Said:
    """What one finding model says of a picture; `urgency` is how soon somebody must look if it is positive."""

    state: ImageState
    reason: str = ""
    urgency: Priority = Priority.REFER


SURE_LAST = [ImageState.POSITIVE, ImageState.PENDING, ImageState.FAILED, ImageState.UNBOUND, ImageState.NEGATIVE]


def together(said: Sequence[Said]) -> Said:
    """Several finding models on one picture: any positive refers, with the highest urgency among the positive ones.

    Without one, the least sure speaks for all: the picture is negative only if every model says so at a valid
    operating point. Nobody asked is nobody sure.
    """
    positive = [one for one in said if one.state is ImageState.POSITIVE]
    if positive:
        return max(positive, key=lambda one: RANK.index(one.urgency))
    return min(said, key=lambda one: SURE_LAST.index(one.state), default=Said(ImageState.UNBOUND))


@dataclass(frozen=True)
class Evidence:
    """Everything triage may look at. `symptoms` and `dangers` are codes from the questionnaire; `beyond` says why the
    model's all-clear would not be about this patient (see `beyond_model`). `left`: begun, not handed in, and nothing
    came for so long that nobody can be expected to go on with it."""

    pictures: tuple[Picture, ...] = ()
    handed_in: bool = False
    left: bool = False
    symptoms: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()
    unobtainable: tuple[str, ...] = ()
    identity_alert: bool = False
    beyond: tuple[str, ...] = ()


BEST_FIRST = [
    ImageState.POSITIVE,
    ImageState.NEGATIVE,
    ImageState.UNBOUND,
    ImageState.PENDING,
    ImageState.FAILED,
    ImageState.UNGRADABLE,
]


def best(pictures: Iterable[Picture], view: str) -> Picture | None:
    """The picture that speaks for a view: several tries are judged by the best of them."""
    of_view = [p for p in pictures if p.view == view]
    return min(of_view, key=lambda p: BEST_FIRST.index(p.state), default=None)
