"""What a visit comes to under the protocol in force."""

from __future__ import annotations

from typing import Any

from screening.models import SignOff
from tests import factories as make
from tests.cast import Cast

YES, NO = SignOff.Says.APPROVED, SignOff.Says.DECLINED


def newer(cast: Cast, threshold: float | None = 0.3, **facts: Any) -> Any:
    version = make.model_version("chest", "finding")
    if threshold is not None:
        make.operating_point(version, "dicom", threshold, **facts)
    return version


def decided(cast: Cast, score: float, **visited: Any) -> tuple[str, str]:
    encounter = make.visit(cast.chest, **visited)
    decision = make.handed_in(encounter, score).decision()
    assert decision
    return decision.action, decision.reason


HUMAN, CLEAR, ILL = ("wait", "no_operating_point"), ("recall", "all_clear"), ("refer", "finding")
