"""Which of a pack's precisions this machine uses: the fastest one whose golden scores hold here.

8-bit numbers double the speed of one processor and slow another down, so nobody can choose for a machine unseen. The
choice is made once, when the pack is installed, and kept with the exam: every score of a model version comes from
the same file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from inference.admission.exam import median_ms, sit
from inference.pack import Pack, PackError

ORIGINAL = "fp32"
ROUNDS = 3
WORTH = 0.9  # a variant that saves less than a tenth is not worth other numbers


@dataclass(frozen=True)
class Choice:
    """`precision` is "" for the model itself. `pace` is milliseconds of one photo by precision; `refused` says why."""

    precision: str = ""
    pace: Mapping[str, float] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def choose(pack: Pack) -> Choice:
    """Time every precision here, in turns. A variant that fails is left out and named; nothing is raised for it.

    Raises PackError where the model itself fails.
    """
    fit, refused = {ORIGINAL: replace(pack, precision="")}, dict[str, str]()
    for variant in pack.manifest.variants:
        candidate = replace(pack, precision=variant.precision)
        if problem := _problem(candidate, variant.tolerance):
            refused[variant.precision] = problem
        else:
            fit[variant.precision] = candidate
    if len(fit) == 1:
        return Choice(refused=refused)
    turns = [{name: median_ms(one) for name, one in fit.items()} for _ in range(ROUNDS)]
    pace = {name: round(min(turn[name] for turn in turns), 3) for name in fit}
    quickest = min(pace, key=lambda name: pace[name])
    worth = quickest != ORIGINAL and pace[quickest] <= WORTH * pace[ORIGINAL]
    return Choice(quickest if worth else "", pace, refused)


def _problem(candidate: Pack, tolerance: float) -> str:
    """Why a variant may not answer here; "" where it may."""
    try:
        gap = max(sit(candidate, case).difference for case in candidate.manifest.exam.cases)
    except PackError as error:
        return error.message
    return "" if gap <= tolerance else f"A golden score is off by {gap:.4f}; {tolerance} is allowed."
