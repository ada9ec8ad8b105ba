"""A plan names runs, labels and kinds of picture that fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference import pack
from inference.training import config, plan

PLANS = sorted(plan.FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_names_runs_that_exist_for_one_network_and_size(path: Path) -> None:
    made = plan.read(path)
    runs = [config.read(config.FOLDER / f"{name}.toml") for name in made.runs]
    assert made.name == path.stem and len({(run.task, run.size) for run in runs}) == 1


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_is_of_one_piece(path: Path) -> None:
    made = plan.read(path)
    assert set(made.positive) <= set(made.labels)
    assert len(made.outputs) + (made.anchor >= 0) == len(made.labels)
    assert set(made.operating_classes) <= set(made.capture_classes)
    assert (made.target == 0) == (made.purpose == "gate") == (not made.operating_classes)
    assert made.purpose == "gate" or any(one.get("validation") for one in made.training_data)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_the_bundled_pack_is_that_of_its_plan(path: Path) -> None:
    made, found = plan.read(path), pack.load(plan.PACKS / path.stem).manifest
    assert (found.version, found.title, found.purpose) == (made.version, made.title, made.purpose)
    assert found.raw["output"]["labels"] == made.labels and found.raw["training_data"] == made.training_data
    assert [one["capture_class"] for one in found.raw["operating_points"]] == list(made.operating_classes)


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text('name = "tiny"\naim = 0.9\n')
    with pytest.raises(KeyError, match="aim"):
        plan.read(tmp_path / "tiny.toml")
