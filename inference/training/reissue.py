"""Issue the card of a published pack again: every figure measured anew through the pack's own file. No torch.

Model, thresholds and golden scores stay byte for byte. The manifest pins the card, so the pack has a new hash.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from inference.pack import Pack, PackError, load
from inference.pack.reseal import reseal
from inference.thresholds.calibration import Row
from inference.training import card, recipes, report
from inference.training.onnx_answers import answers
from inference.training.parity import Parity
from inference.training.plan import Plan
from inference.training.report import Point, Report
from inference.training.trial import Trial

CLOSE = 1e-3  # of a score: the same network on another machine differs by less


def reissue(plan: Plan, data: Path, work: Path, packs: Path) -> tuple[Pack, Report]:
    """Measure the pack of a plan on what it was published on, and write its card anew.

    Raises PackError: as `load` does; other_plan where the pack was made from another plan; other_pictures where these
    pictures do not give the pack's own operating point.
    """
    pack = load(packs / plan.name)
    trial = recipes.trial(plan, data, work)
    _check_plan(pack, plan, trial)
    model = pack.read(pack.manifest.model)
    logits = answers(model, trial.shelf.pictures)
    found, at = report.measured(plan, logits, pack.manifest.output.temperature, trial.shelf)
    found.remarks.extend(trial.probe(plan, model) if trial.probe else ())
    text = card.write(plan, found, _stated(pack, at), _parity(pack.manifest.raw))
    return reseal(pack, {}, pack.path, card=text), found


def _check_plan(pack: Pack, plan: Plan, trial: Trial) -> None:
    made, wanted = pack.manifest.version, plan.version
    if made != wanted or pack.manifest.raw["preprocessing"] != trial.recipe:
        raise PackError("other_plan", f"{plan.name} {made} was not made from the plan at hand, which makes {wanted}.")


def _stated(pack: Pack, at: Point | None) -> Point | None:
    """The operating point found again, with the threshold as the pack states it. Raises PackError."""
    stated = pack.manifest.raw.get("operating_points") or []
    if not stated and at is None:
        return None
    if not stated or at is None or not _same(stated[0], _counted(pack.manifest.raw, stated[0]), at):
        raise PackError("other_pictures", "These pictures do not give the operating point that the pack states.")
    return replace(at, threshold=replace(at.threshold, threshold=float(stated[0]["threshold"])))


def _counted(raw: Mapping[str, Any], stated: Mapping[str, Any]) -> Row:
    """The counts that the pack states at its operating point."""
    return next(Row(*row) for row in raw["curve"]["rows"] if row[0] == stated["threshold"])


def _same(stated: Mapping[str, Any], counted: Row, at: Point) -> bool:
    found = at.threshold
    near = abs(found.threshold - counted.threshold) <= CLOSE and found.target == stated["target_sensitivity"]
    return near and replace(found.row, threshold=counted.threshold) == counted


def _parity(raw: Mapping[str, Any]) -> list[Parity]:
    return [
        Parity(**{name: value for name, value in one.items() if name != "passed"}) for one in raw.get("parity") or []
    ]
