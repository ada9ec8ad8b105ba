"""What a pack's manifest offers as evidence: operating points and training data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from inference.declared import Count, Several, Share, Text, Unfit
from inference.thresholds import stratum

Use = Literal["screening", "triage"]
USES = get_args(Use)
HARDLY = 0.2  # a threshold with less specificity than this clears hardly anybody
# The shuffle test of a heat map judges on so many pictures with heat or more. Few say little: drawn from 22 to 40 real
# pictures per bundled pack, a sound map failed on up to 27 % of single ones, 4 % of threes, and under 1 % of fives.
LEAST_MAPS = 5

Label = Annotated[str, Meta(pattern=r"\S", max_length=60, description="a text of 1 to 60 letters")]
Data = Annotated[str, Meta(pattern=r"\S", max_length=240, description="a text of 1 to 240 letters")]


class OfferedPoint(Struct, frozen=True, kw_only=True):
    """An operating point a pack offers, with its whole evidence."""

    label: Label
    capture_class: Text
    threshold: Share
    target_sensitivity: Share
    sensitivity: Share
    sensitivity_lower: Share
    confidence: Share
    specificity: Share
    positives: Several
    negatives: Count
    data: Data
    measured_on: date
    stratum: str = ""
    use: Use = "screening"

    def __post_init__(self) -> None:
        if self.sensitivity_lower > self.sensitivity:
            raise Unfit("has its lower bound above the sensitivity")
        stratum.parse(self.stratum)


class Source(Struct, frozen=True):
    """A set a model was trained on, and its terms."""

    name: Text
    terms: Text


def judged(test: Mapping[str, Any]) -> dict[str, Any]:
    """What was written down of a shuffle test; `passed` is None where it saw too few pictures to pass judgement."""
    return {**test, "passed": bool(test["passed"]) if test["pictures"] >= LEAST_MAPS else None}
