"""Install model packs: verify, examine on this machine, copy into the store, register with their evidence."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from inference import pack
from inference.admission import explain
from inference.admission.exam import examine
from inference.admission.precision import choose
from inference.models import ModelVersion, OperatingPoint
from inference.thresholds import stratum


class ExamFailed(Exception):
    """The pack does not do on this machine what it promises. `problems` says what."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"{name} failed its exam: " + "; ".join(problems))
        self.problems = problems


def install(folder: Path) -> tuple[ModelVersion, bool]:
    """Install one pack. Returns the model version and whether it is new. Raises pack.PackError, ExamFailed.

    The same files are the same version (by hash); nothing is registered unless the exam passes.
    """
    found = pack.load(folder)
    known = ModelVersion.objects.filter(pk=found.sha256).first()
    if known and (settings.FIELDLIGHT_PACKS / found.sha256).is_dir():
        return known, False
    report = examine(found)
    if not report.passed:
        raise ExamFailed(found.manifest.name, list(report.problems))
    choice = choose(found)
    stored = pack.copy_into(found, settings.FIELDLIGHT_PACKS)
    manifest = stored.manifest
    with transaction.atomic():
        version, new = ModelVersion.objects.get_or_create(
            sha256=stored.sha256,
            defaults={
                "name": manifest.name, "version": manifest.version, "modality": manifest.modality,
                "purpose": manifest.purpose, "manifest": manifest.raw,
                "exam": {**asdict(report), **asdict(choice), "heat_map": explain.on_golden(stored)},
            },
        )  # fmt: skip
        for point in manifest.raw.get("operating_points", []):
            register_point(version, point)
    return version, new


def register_point(version: ModelVersion, point: dict[str, Any]) -> OperatingPoint:
    """Register an operating point that came with a pack's own validation evidence."""
    facts = {k: v for k, v in point.items() if k in {f.name for f in OperatingPoint._meta.fields}}
    facts["measured_on"] = date.fromisoformat(str(point["measured_on"]))
    registered, _ = OperatingPoint.objects.get_or_create(
        model_version=version,
        label=facts.pop("label"),
        capture_class=facts.pop("capture_class"),
        use=facts.pop("use", OperatingPoint.Use.SCREENING),
        stratum=str(stratum.parse(facts.pop("stratum", ""))),
        threshold=facts.pop("threshold"),
        target_sensitivity=facts.pop("target_sensitivity"),
        data=facts.pop("data"),
        defaults=facts,
    )
    return registered


def bundled() -> list[Path]:
    """The folders of the packs that come with the product."""
    return sorted(path.parent for path in settings.FIELDLIGHT_BUNDLED_PACKS.glob("*/manifest.json"))
