"""The assessment of a picture outside any visit: same cleaning, same models, same rules; nothing is stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from inference import pack
from inference.assess.one_picture import assess
from inference.execute import decode, load
from inference.models import ModelVersion, OperatingPoint, Run
from inference.picture.gradability import Gradability
from screening import photo, rules
from screening.models import Image, Programme
from screening.protocol.in_force import own_points
from screening.triage.decide import judge

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".dcm", ".dicom"})


# A gate that gives no verdict is not a gate: what it looked at is not known to be gradable.
UNKNOWN_QUALITY = Gradability(gradable=False, reason="ungradable", measures={})


@dataclass(frozen=True)
class Assessed:
    """What is said of one file. `status`: assessed, refused or failed; never silently negative."""

    file: str
    sha256: str = ""
    status: str = "failed"
    capture_class: str = ""
    gradability: str = ""
    reason: str = ""
    score: float | None = None
    operating_point: float | None = None
    # "yes" where people here signed every operating point that was used, "no", or "" where there is none.
    signed: str = ""
    target_sensitivity: float | None = None
    model: str = ""
    decision: str = ""
    decision_reason: str = ""
    milliseconds: int = 0
    error: str = ""


COLUMNS = [column.name for column in fields(Assessed)]


@dataclass(frozen=True)
class Bench:
    """What a programme judges with: loaded once for a whole folder."""

    programme: Programme
    capture_class: str
    gate: ModelVersion
    finding: ModelVersion
    packs: dict[str, pack.Pack]
    points: dict[str, OperatingPoint | None]
    second: ModelVersion | None = None
    second_points: dict[str, OperatingPoint | None] = field(default_factory=dict)
    unsigned: frozenset[str] = frozenset()  # kinds of picture judged by an operating point nobody signed here

    def signed(self, capture_class: str) -> str:
        """ "yes" where people stand for what judges this kind of picture, "no", or "" where nothing does."""
        if not (self.points.get(capture_class) or self.second_points.get(capture_class)):
            return ""
        return "no" if capture_class in self.unsigned else "yes"

    @classmethod
    def of(cls, programme: Programme, capture_class: str, *, unsigned: bool = False) -> Bench:
        """`unsigned`: judge by the pack's own operating points, which nobody here stands for: research only.

        Raises LookupError when the programme has no models in force, pack.PackError when one is damaged."""
        gate = programme.model_in_force(ModelVersion.Purpose.GATE)
        finding = programme.model_in_force(ModelVersion.Purpose.FINDING)
        if gate is None or finding is None:
            raise LookupError(f"{programme} has no models in force.")
        second = programme.model_in_force(ModelVersion.Purpose.SECOND)
        return cls(
            programme, capture_class, gate, finding,
            packs={version.pk: load(version) for version in (gate, finding, second) if version},
            points=_points(programme, finding, unsigned), second=second,
            second_points=_points(programme, second, unsigned) if second else {},
            unsigned=frozenset(
                code for version in (finding, second) if version for code in programme.kind.class_codes
                if unsigned and not programme.threshold_for(version, code) and _own(programme, version, code)
            ),
        )  # fmt: skip


def _points(programme: Programme, version: ModelVersion, unsigned: bool) -> dict[str, OperatingPoint | None]:
    return {
        code: programme.threshold_for(version, code) or (_own(programme, version, code) if unsigned else None)
        for code in programme.kind.class_codes
    }


def _own(programme: Programme, finding: ModelVersion, capture_class: str) -> OperatingPoint | None:
    own = own_points(programme, finding)
    return next((point for point in own if point.capture_class == capture_class and not point.stratum), None)


def files_under(paths: Iterable[Path]) -> Iterator[Path]:
    """Every file named, and every picture (by its ending) in every folder named, in order, recursively."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
        else:
            yield path


def assess_files(
    bench: Bench, files: Iterable[Path], *, jobs: int, progress: Callable[[], object]
) -> Iterator[Assessed]:
    """One row per file, in the order given, `jobs` at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        for row in pool.map(lambda path: assess_file(bench, path), files):
            progress()
            yield row


def assess_file(bench: Bench, path: Path) -> Assessed:
    """Assess one file. Whatever is wrong with it is in its row."""
    started = time.perf_counter()
    row = _row(bench, path)
    return Assessed(**{**asdict(row), "milliseconds": round(1000 * (time.perf_counter() - started))})


def _row(bench: Bench, path: Path) -> Assessed:
    try:
        clean = photo.clean(path.read_bytes())
    except OSError as error:
        return Assessed(str(path), error=f"Cannot be read: {error.strerror or error}")
    except photo.PhotoRefused as refused:
        return Assessed(str(path), status="refused", reason=refused.code.value, error=refused.sentence)
    by_file = bench.programme.kind.dicom if clean.dicom else None
    capture_class = by_file.capture_class if by_file else bench.capture_class
    return _assessed(bench, str(path), clean, capture_class)


def _assessed(bench: Bench, file: str, clean: photo.CleanPhoto, capture_class: str) -> Assessed:
    rgb = decode(clean.display)
    quality = assess(rgb, bench.packs[bench.gate.pk]).gradability or UNKNOWN_QUALITY
    finding = assess(rgb, bench.packs[bench.finding.pk])
    point = bench.points.get(capture_class)
    second = assess(rgb, bench.packs[bench.second.pk]) if bench.second else None
    verdict = _verdict(bench, quality, finding.score, second.score if second else None, capture_class)
    return Assessed(
        file=file,
        sha256=clean.original_sha256,
        status="assessed",
        capture_class=capture_class,
        gradability="gradable" if quality.gradable else "ungradable",
        reason=quality.reason or "",
        # What cannot be graded has no score: a number would pass for a finding.
        score=round(finding.score, 5) if quality.gradable and finding.score is not None else None,
        operating_point=point.threshold if point else None,
        signed=bench.signed(capture_class),
        target_sensitivity=point.target_sensitivity if point else None,
        model=str(bench.finding),
        decision=verdict.action.value,
        decision_reason=verdict.reason.value,
    )


def _verdict(
    bench: Bench, quality: Gradability, score: float | None, second_score: float | None, capture_class: str
) -> rules.Verdict:
    """The rules' verdict on the picture alone, as if it were a whole visit of one view."""
    done = Run.State.DONE
    gate = Run(model_version=bench.gate, state=done, gradable=quality.gradable, reason=quality.reason or "")
    runs = [gate, Run(model_version=bench.finding, state=done, score=score)]
    if bench.second:
        runs.append(Run(model_version=bench.second, state=done, score=second_score))
    judged = judge(Image(view="file"), runs, bench.points.get(capture_class), bench.second_points.get(capture_class))
    protocol = rules.Protocol(views=("file",), recall_months=bench.programme.recall_months)
    return rules.triage(protocol, rules.Evidence(pictures=(judged.picture,), handed_in=True))
