"""A calibration.json, made by the command's own code from drawn scores; no picture, no model."""

from __future__ import annotations

import json
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management import call_command

ILL, WELL = 120, 200


def scores(*, unlike: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Scores in [0, 1] and whether each person is ill. `unlike`: every second well person's are high."""
    draw, truth = np.random.default_rng(5), np.arange(ILL + WELL) < ILL
    values = 1 / (1 + np.exp(-draw.normal(np.where(truth, 1.5, -1.0), 1.0)))
    loud = (np.arange(ILL + WELL) % 2 == 1) & ~truth
    return (np.where(loud, values**0.3, values) if unlike else values), truth


def calibration(
    pack: str | None = "a" * 64, *, target: float = 0.9, confidence: float = 0.95, groups: tuple[str, ...] = (),
    unlike: bool = False, **point: Any,
) -> dict[str, Any]:  # fmt: skip
    """What `calibrate` writes for `scores()`, bound to a pack and changed where `point` says."""
    values, truth = scores(unlike=unlike)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "labels.csv"
        rows = [
            f"{n},p{n},{value!r},{int(ill)},{groups[n % 2] if groups else ''}"
            for n, (value, ill) in enumerate(zip(values.tolist(), truth.tolist(), strict=True))
        ]
        table.write_text("\n".join(["image,patient,tb,label,sex", *rows]))
        call_command(
            "calibrate", "--scores", "tb", "--truth", "label", "--labels", str(table), "--target", str(target),
            "--confidence", str(confidence), "--capture-class", "dicom", "--data", "drawn", "--out", folder, "-v0",
            *(("--strata", "sex") if groups else ()), stdout=StringIO(), stderr=StringIO(),
        )  # fmt: skip
        found: dict[str, Any] = json.loads((Path(folder) / "calibration.json").read_text())
    found["operating_point"] |= {"model_version": pack, **point}
    return found
