"""Which pictures each kind of run is measured on. No torch: a pack is measured again without it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from inference.training import chest_films, chest_gate, chest_tb, fundus_dr, fundus_gate, fundus_spots
from inference.training import config as settings
from inference.training.config import Config
from inference.training.plan import Plan
from inference.training.trial import Trial

TRIALS: Mapping[str, Callable[[Config, Path, Path], Trial]] = {
    "fundus_gate": fundus_gate.trial, "chest_gate": chest_gate.trial,
    "fundus_dr": fundus_dr.trial, "fundus_blocks": fundus_dr.trial, "fundus_bank": fundus_dr.trial,
    "fundus_spots": fundus_spots.trial, "chest_films": chest_films.trial, "chest_tb": chest_tb.trial,
}  # fmt: skip


def trial(plan: Plan, data: Path, work: Path) -> Trial:
    """What the pack of a plan is calibrated and measured on."""
    run = settings.read(settings.FOLDER / f"{plan.runs[0]}.toml")
    return TRIALS[run.task](replace(run, options={**run.options, **plan.options}), data, work)
