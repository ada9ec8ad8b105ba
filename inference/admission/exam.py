"""The exam a pack sits on the machine it will work on: golden scores within tolerance, and quick enough."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.admission.verdicts import CaseResult, verdicts
from inference.assess.one_picture import assess
from inference.assess.preprocess import prepare
from inference.pack import Pack, PackError, write
from inference.pack.manifest import ExamCase, Manifest
from inference.picture.planes import Picture

TIMED_PASSES = 5


@dataclass(frozen=True)
class ExamReport:
    """`problems` are sentences for people, `codes` their stable names; both are empty exactly where `passed`.

    `median_ms` is None if nothing ran.
    """

    passed: bool
    problems: tuple[str, ...]
    median_ms: float | None
    cases: tuple[CaseResult, ...]
    codes: tuple[str, ...] = ()


def examine(pack: Pack) -> ExamReport:
    """Sit the exam. A bad model gives a report that says so; nothing is raised."""
    try:
        results = [sit(pack, case) for case in pack.manifest.exam.cases]
        strayed = _out_of_range(pack)
        median = median_ms(pack)
    except PackError as error:
        return ExamReport(False, (error.message,), None, (), (error.code,))
    manifest = pack.manifest
    problems = [*strayed, *verdicts(manifest, results), *_too_slow(manifest, median)]
    codes, said = tuple(p.code for p in problems), tuple(p.message for p in problems)
    return ExamReport(not problems, said, median, tuple(results), codes)


def _out_of_range(pack: Pack) -> list[PackError]:
    """The preprocessing gives numbers the model was not made for: a forgotten division by 255, say."""
    if pack.manifest.input.range is None:
        return []
    low, high = pack.manifest.input.range.low, pack.manifest.input.range.high
    slack = 1e-4 * (high - low)
    for case in pack.manifest.exam.cases:
        tensor = prepare(pack.golden(case), pack.manifest).tensor
        least, most = float(tensor.min()), float(tensor.max())
        if least < low - slack or most > high + slack:
            said = f"The model's input holds {least:g} to {most:g}; the pack promises {low:g} to {high:g}."
            return [PackError("out_of_range", f"{case.file}: {said}")]
    return []


def _too_slow(manifest: Manifest, median: float) -> list[PackError]:
    budget = manifest.latency_budget_ms
    if median <= budget:
        return []
    said = f"One photo takes {in_ms(median)} on this machine; the pack promises {in_ms(budget)}."
    return [PackError("too_slow", said)]


def in_ms(time_taken: float) -> str:
    """Short times keep their digits: 0.4 ms is not "0 ms"."""
    return f"{time_taken:.0f} ms" if time_taken >= 100 else f"{time_taken:.3g} ms"


def seal(
    folder: Path,
    manifest: Mapping[str, Any],
    model: bytes,
    card: str,
    golden: Mapping[str, Picture],
    shows: Mapping[str, Sequence[str]] | None = None,
    variants: Mapping[str, bytes] | None = None,
) -> Pack:
    """Write a pack whose golden expectations are what the model says here, now. Raises PackError.

    `manifest` as for `pack.write`; its exam.cases are made here. `shows` says of golden files which labels they show.
    """
    output = manifest["output"]
    labels = output.get("labels") or [f"e{place}" for place in range(output.get("size", 0))]
    known = {file: {"shows": list(names)} for file, names in (shows or {}).items()}
    blank = [{"file": file, "expect": dict.fromkeys(labels, 0.0), **known.get(file, {})} for file in golden]
    draft = write(folder, {**manifest, "exam": {**manifest["exam"], "cases": blank}}, model, card, golden, variants)
    cases = [
        {
            "file": case.file,
            "expect": {k: round(v, 7) for k, v in sit(draft, case).found.items()},
            **known.get(case.file, {}),
        }
        for case in draft.manifest.exam.cases
    ]
    return write(folder, {**manifest, "exam": {**manifest["exam"], "cases": cases}}, model, card, golden, variants)


def sit(pack: Pack, case: ExamCase) -> CaseResult:
    """What the model says of one golden case. Raises PackError."""
    found = assess(pack.golden(case), pack).scores
    gap = max(abs(found[label] - expected) for label, expected in case.expect.items())
    return CaseResult(case.file, case.expect, found, gap, case.shows)


def median_ms(pack: Pack) -> float:
    """Median processor time of one photo: a neighbour that keeps the machine busy must not fail a good model."""
    cases = pack.manifest.exam.cases
    pictures = [pack.golden(case) for case in cases]
    timed = [_processor_ms(pictures[turn % len(pictures)], pack) for turn in range(max(TIMED_PASSES, len(cases)))]
    return statistics.median(timed)


def _processor_ms(picture: Picture, pack: Pack) -> float:
    started = time.process_time()
    assess(picture, pack)
    return 1000 * (time.process_time() - started)
