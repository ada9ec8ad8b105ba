"""How often a reader is right about who must be seen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inference.statistics.shares import Share, share
from screening.rules.grades import Finding

SENT_ON = frozenset({Finding.UNGRADABLE, Finding.REFERABLE, Finding.URGENT})


@dataclass(frozen=True)
class Accuracy:
    """Of the diseased, how many were sent on; of the healthy, how many were not."""

    sensitivity: Share
    specificity: Share


def accuracy(truth: Sequence[Finding], said: Sequence[Finding]) -> Accuracy:
    """Sensitivity and specificity for "this patient must be seen". What cannot be graded is sent on, never cleared.

    A case whose truth is that it cannot be graded has neither: sent on is right, cleared is wrong, as with disease.
    """
    pairs = list(zip(truth, said, strict=True))
    ill = [s for t, s in pairs if t in SENT_ON]
    well = [s for t, s in pairs if t not in SENT_ON]
    return Accuracy(
        share(sum(s in SENT_ON for s in ill), len(ill)), share(sum(s not in SENT_ON for s in well), len(well))
    )
