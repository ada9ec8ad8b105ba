"""Run the queued models over one photo. The photo is opened once, whatever the number of models."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.conf import settings

from inference import blobs, pack
from inference.assess import novelty, region, saliency
from inference.assess.one_picture import Assessment, assess
from inference.assess.preprocess import working_copy
from inference.models import ModelVersion, Run

logger = logging.getLogger(__name__)
_loaded: dict[str, tuple[tuple[tuple[str, int, int], ...], pack.Pack]] = {}


class PhotoUnreadable(Exception):
    """The stored photo is missing or no longer decodes."""


def open_photo(photo: str) -> npt.NDArray[np.uint8]:
    """The cleaned photo as RGB uint8 [height, width, 3]. Raises PhotoUnreadable."""
    try:
        data = blobs.get(blobs.display(photo))
    except OSError as error:
        raise PhotoUnreadable(str(error)) from error
    return decode(data)


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    """Bytes of a cleaned photo as RGB uint8 [height, width, 3]. Raises PhotoUnreadable."""
    try:
        return working_copy(data)
    except ValueError as error:
        raise PhotoUnreadable(str(error)) from error


def load(version: ModelVersion) -> pack.Pack:
    """The installed pack of a model version, in the precision chosen at its exam. Raises pack.PackError.

    Every file's hash is checked at the first use in a process, and again whenever a file's time or size changed.
    """
    return replace(_whole(version), precision=str(version.exam.get("precision", "")))


def _whole(version: ModelVersion) -> pack.Pack:
    folder = settings.FIELDLIGHT_PACKS / version.sha256
    known = _loaded.get(version.sha256)
    if known and known[0] == _signature(folder):
        return known[1]
    signature = _signature(folder)
    loaded = pack.load(folder)
    if loaded.sha256 != version.sha256:
        raise pack.PackError("wrong_hash", f"{version}: the files on disk are not the ones installed.")
    _loaded[version.sha256] = signature, loaded
    return loaded


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    try:
        stats = [(str(path), path.stat()) for path in sorted(folder.rglob("*"))]
    except OSError:
        return ()
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def execute(photo: str, *, aside: bool = False) -> int:
    """Claim and finish every queued Run of a photo: those that decide, or those `aside`. Returns how many ended well.

    A Run whose model or photo cannot be used goes back to the queue, and fails after three attempts:
    then a human looks. Nothing is raised.
    """
    runs = Run.objects.claim(photo, aside=aside)
    if not runs:
        return 0
    try:
        rgb = open_photo(photo)
    except PhotoUnreadable:
        logger.exception("photo %s cannot be read", photo)
        for run in runs:
            run.stumble("photo_unreadable")
        return 0
    return sum(_one(run, rgb) for run in runs)


def _one(run: Run, rgb: npt.NDArray[np.uint8]) -> bool:
    started = time.perf_counter()
    try:
        loaded = load(run.model_version)
        assessment = assess(rgb, loaded)
        columns = _columns(run, rgb, assessment, loaded)
    except pack.PackError as error:
        logger.error("run %s: %s", run.pk, error)  # noqa: TRY400
        return run.stumble(f"model_{error.code}") and False
    except Exception:  # noqa: BLE001 - the outer edge of a task: whatever it was, a human looks in the end
        logger.exception("run %s failed", run.pk)
        return run.stumble("assessment_error") and False
    return run.finish(milliseconds=1000 * (time.perf_counter() - started), **columns)


def _columns(run: Run, rgb: npt.NDArray[np.uint8], assessment: Assessment, loaded: pack.Pack) -> dict[str, object]:
    if verdict := assessment.gradability:
        return {
            "scores": dict(assessment.scores), "score": assessment.score, "gradable": verdict.gradable,
            "reason": verdict.reason or "", "measures": dict(verdict.measures),
        }  # fmt: skip
    heat = ""
    if assessment.heat is not None:
        heat = blobs.heat(run.pk)
        height, width = rgb.shape[:2]
        blobs.put(heat, saliency.overlay(assessment.heat, assessment.frame, width, height))
    measures = beside(rgb, assessment, loaded)
    return {"scores": dict(assessment.scores), "score": assessment.score, "heat": heat, "measures": measures}


def beside(rgb: npt.NDArray[np.uint8], assessment: Assessment, loaded: pack.Pack) -> dict[str, float]:
    """What a reader must know beside a score, where it can be told.

    `heat_on_organ` is the share (0..1) of the heat map on the organ, where that can be found; `unusual` how unlike the
    pack's reference pictures the picture is (above 1: beyond the limit).
    """
    told: dict[str, float] = {}
    if assessment.heat is not None:
        share = region.heat_on_organ(assessment.heat, assessment.frame, rgb, loaded.manifest.modality)
        told |= {} if share is None else {"heat_on_organ": round(share, 4)}
    if reference := novelty.read(loaded.manifest.raw):
        told["unusual"] = round(reference.distance(rgb), 4)
    return told
