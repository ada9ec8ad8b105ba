"""The exam a pack sits on the machine it will work on: golden scores within tolerance, and quick enough."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inference.assess import assess
from inference.manifest import ExamCase
from inference.pack import Pack, PackError, write

TIMED_PASSES = 5
# Scores that differ less than this on pictures chosen to differ come from a model that was never trained.
LEAST_SPREAD = 0.2


@dataclass(frozen=True)
class CaseResult:
    """One golden case: what was expected, what the model said here, and the largest difference."""

    file: str
    expected: Mapping[str, float]
    found: Mapping[str, float]
    difference: float


@dataclass(frozen=True)
class ExamReport:
    """`problems` are sentences for people, empty exactly where `passed`. `median_ms` is None if nothing ran."""

    passed: bool
    problems: tuple[str, ...]
    median_ms: float | None
    cases: tuple[CaseResult, ...]


def examine(pack: Pack) -> ExamReport:
    """Sit the exam. A bad model gives a report that says so; nothing is raised."""
    try:
        results = [_sit(pack, case) for case in pack.manifest.exam.cases]
        median = _median_ms(pack)
    except PackError as error:
        return ExamReport(False, (error.message,), None, ())
    problems = [*_differences(pack, results), *_alike(pack, results)]
    budget = pack.manifest.latency_budget_ms
    if median > budget:
        problems.append(f"One photo takes {median:.0f} ms on this machine; the pack promises {budget:.0f} ms.")
    return ExamReport(not problems, tuple(problems), median, tuple(results))


def seal(
    folder: Path, manifest: Mapping[str, Any], model: bytes, card: str, golden: Mapping[str, npt.NDArray[np.uint8]]
) -> Pack:
    """Write a pack whose golden expectations are what the model says here, now. Raises PackError.

    `manifest` as for `pack.write`; exam.cases need only their `file`.
    """
    labels = manifest["output"]["labels"]
    blank = [{"file": file, "expect": dict.fromkeys(labels, 0.0)} for file in golden]
    draft = write(folder, {**manifest, "exam": {**manifest["exam"], "cases": blank}}, model, card, golden)
    cases = [
        {"file": case.picture.file, "expect": {k: round(v, 7) for k, v in _sit(draft, case).found.items()}}
        for case in draft.manifest.exam.cases
    ]
    return write(folder, {**manifest, "exam": {**manifest["exam"], "cases": cases}}, model, card, golden)


def _sit(pack: Pack, case: ExamCase) -> CaseResult:
    found = assess(_picture(pack, case), pack).scores
    gap = max(abs(found[label] - expected) for label, expected in case.expect.items())
    return CaseResult(case.picture.file, case.expect, found, gap)


def _picture(pack: Pack, case: ExamCase) -> npt.NDArray[np.uint8]:
    bgr = cv2.imdecode(np.frombuffer(pack.read(case.picture), np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise PackError("bad_golden", f"{case.picture.file} is not a picture.")
    return np.ascontiguousarray(bgr[:, :, ::-1])


def _differences(pack: Pack, results: list[CaseResult]) -> list[str]:
    limit = pack.manifest.exam.tolerance
    return [
        f"{one.file}: a score is off by {one.difference:.4f}; {limit} is allowed."
        for one in results
        if one.difference > limit
    ]


def _alike(pack: Pack, results: list[CaseResult]) -> list[str]:
    spread = max(max(column) - min(column) for column in zip(*(one.found.values() for one in results), strict=True))
    if spread > LEAST_SPREAD:
        return []
    return [f"All golden scores are alike (they differ by {spread:.3f}): the model looks untrained."]


def _median_ms(pack: Pack) -> float:
    """Median processor time of one photo: a neighbour that keeps the machine busy must not fail a good model."""
    cases = pack.manifest.exam.cases
    pictures = [_picture(pack, case) for case in cases]
    timed = [_processor_ms(pictures[turn % len(pictures)], pack) for turn in range(max(TIMED_PASSES, len(cases)))]
    return statistics.median(timed)


def _processor_ms(picture: npt.NDArray[np.uint8], pack: Pack) -> float:
    started = time.process_time()
    assess(picture, pack)
    return 1000 * (time.process_time() - started)
