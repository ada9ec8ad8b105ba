"""A pack from trained networks: calibrate, choose the operating point, measure, write the card, sit the exam."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.admission.exam import examine, seal
from inference.pack import Pack, PackError
from inference.rounding import floored
from inference.thresholds.calibration import activate
from inference.training import card, golden, precisions, report, to_onnx
from inference.training.calibrate import slope_and_lift, temperature
from inference.training.nets import Served
from inference.training.onnx_answers import answers
from inference.training.parity import ORIGINAL, TOLERANCE, Parity
from inference.training.plan import Plan
from inference.training.report import Point, Report
from inference.training.shelf import Shelf
from inference.training.trial import Quick, Trial

Numbers = NDArray[np.float64]
SAMPLE = 16
LARGEST_GAP = 0.01
WEIGHED = 600  # pictures to weigh precisions with


def publish(plan: Plan, nets: Sequence[nn.Module], trial: Trial, folder: Path) -> tuple[Pack, Report]:
    """Write the pack to `folder` and return it with its figures. Raises PackError where its own exam fails."""
    served = Served(nets, plan.flips, plan.shown, plan.outputs, plan.anchor)
    raw = _raw(plan, nets, trial)
    warmth = _calibrate(plan, served, raw, trial.shelf)
    exported = to_onnx.export(served, trial.channels, trial.size)
    ready = precisions.candidates(exported, trial.shelf.pictures[trial.shelf.split == "val"])
    model = ready[ORIGINAL]
    with torch.inference_mode():
        settled = served.settled(torch.from_numpy(raw).float()).numpy()
    _check(plan, model, trial, settled)
    found, at = report.measured(plan, settled.astype(float), warmth, trial.shelf)
    found.remarks.extend(trial.probe(plan, model) if trial.probe else ())
    parity = _weigh(plan, ready, warmth, trial.shelf, at)
    worthy = {one.precision: ready[one.precision] for one in parity if one.stands_in}
    manifest = {
        **_manifest(plan, trial, warmth, at),
        "variants": [{"precision": name, "tolerance": TOLERANCE} for name in worthy],
        "parity": [{**asdict(one), "passed": one.passed} for one in parity],
    }
    text = card.write(plan, found, at, parity)
    pack = seal(folder, manifest, model, text, golden.pictures(plan.name), variants=worthy)
    sat = examine(pack)
    # A machine busy with training is no measure of speed: only wrong or indifferent scores stop a pack here.
    slow = sat.median_ms is not None and sat.median_ms > plan.latency_budget_ms
    if len(sat.problems) > int(slow):
        raise PackError("exam_failed", " ".join(sat.problems))
    return pack, found


def _weigh(plan: Plan, ready: dict[str, bytes], warmth: float, shelf: Shelf, at: Point | None) -> list[Parity]:
    """Every precision against the original, on an even sample of what was never trained on."""
    rows = np.linspace(0, len(shelf.pictures) - 1, min(WEIGHED, len(shelf.pictures))).astype(int)

    def score(logits: Numbers) -> Numbers:
        return report.score(plan, activate(logits, plan.activation, warmth))

    gate = plan.purpose == "gate"
    positive = shelf.targets[rows, 0 if gate else plan.outputs[max(plan.anchor, 0)]] > 0.5
    threshold = 0.5 if gate else (at.threshold.threshold if at else None)
    return precisions.compare(ready, shelf.pictures[rows], positive, score, threshold)


def _raw(plan: Plan, nets: Sequence[nn.Module], trial: Trial) -> Numbers:
    """Averaged logits before calibration, by the exported file, or from counted features where that is quicker."""
    quick = [net for net in nets if isinstance(net, Quick)]
    if len(quick) == len(nets):
        counted = [net.counted(trial.shelf.pictures)[:, plan.outputs] for net in quick]
        return np.asarray(np.mean(counted, axis=0), np.float64)
    plain = Served(nets, plan.flips, plan.shown, plan.outputs, -1)
    return answers(to_onnx.export(plain, trial.channels, trial.size), trial.shelf.pictures)


def _check(plan: Plan, model: bytes, trial: Trial, settled: NDArray[np.float32]) -> None:
    """The published file gives the measured scores: on a sample, since the whole was measured before."""
    rows = np.linspace(0, len(settled) - 1, SAMPLE).astype(int)
    served = activate(answers(model, trial.shelf.pictures[rows]), plan.activation)
    gap = float(np.abs(served - activate(settled[rows], plan.activation)).max())
    if not gap <= LARGEST_GAP:
        raise to_onnx.NotTheSameError(f"the published file differs by {gap:.2g} from what was measured")


def _calibrate(plan: Plan, served: Served, raw: Numbers, shelf: Shelf) -> float:
    """Fit on the validation split. Returns the temperature; finding packs carry slope and lift inside."""
    rows = np.flatnonzero(shelf.split == "val")
    truth = shelf.targets[rows][:, plan.outputs]
    if plan.activation == "softmax" and plan.anchor < 0:
        return temperature(raw[rows], truth.astype(float))
    for place in range(raw.shape[1]):
        known = ~np.isnan(truth[:, place])
        slope, lift = slope_and_lift(raw[rows[known], place], truth[known, place] > 0.5)
        served.slope.data[place], served.lift.data[place] = slope, lift
    return 1.0


def _manifest(plan: Plan, trial: Trial, warmth: float, at: Point | None) -> dict[str, Any]:
    size, channels = trial.size, trial.channels
    return {
        "schema": 1, "name": plan.name, "version": plan.version, "title": plan.title,
        "modality": plan.modality, "purpose": plan.purpose, "licence": plan.licence,
        "intended_use": plan.intended_use, "not_intended_for": plan.not_intended_for,
        "training_data": plan.training_data, "capture_classes": plan.capture_classes, "age_range": plan.age_range,
        "input": {
            "name": "image", "layout": "NCHW", "height": size, "width": size,
            "colour": "RGB" if channels == 3 else "GRAY",
        },
        "preprocessing": trial.recipe,
        "output": {
            "name": "logits", "kind": plan.kind, "labels": plan.labels, "activation": plan.activation,
            "temperature": round(warmth, 4), "positive": plan.positive,
        },
        "cam": {"output": "cam"},
        "operating_points": [] if at is None else [_operating_point(plan, at, kind) for kind in plan.operating_classes],
        "curve": None if at is None else _curve(plan, at),
        "latency_budget_ms": plan.latency_budget_ms, "compression_floor": None,
        "exam": {"tolerance": plan.tolerance, "cases": []},
    }  # fmt: skip


def _operating_point(plan: Plan, at: Point, kind: str) -> dict[str, Any]:
    found = at.threshold
    return {
        "label": plan.operating_label, "capture_class": kind,
        "threshold": found.threshold, "target_sensitivity": found.target,
        "sensitivity": round(found.sensitivity, 4), "sensitivity_lower": floored(found.sensitivity_lower, 4),
        "confidence": found.confidence, "specificity": round(found.specificity or 0.0, 4),
        "positives": at.positives, "negatives": at.negatives,
        "data": card.where_measured(plan, kind), "measured_on": date.today().isoformat(),
    }  # fmt: skip


def _curve(plan: Plan, at: Point) -> dict[str, Any]:
    """What every threshold means on the validation data, for the threshold explorer."""
    return {
        "label": "+".join(plan.positive), "capture_classes": list(plan.operating_classes), "use": "screening",
        "data": card.where_measured(plan), "measured_on": date.today().isoformat(),
        "confidence": at.threshold.confidence, "rows": [[r.threshold, r.tp, r.fp, r.tn, r.fn] for r in at.rows],
    }  # fmt: skip
