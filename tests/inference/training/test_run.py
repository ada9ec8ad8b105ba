"""Every plan is trained by recipes that exist."""

import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.training import plan, run  # noqa: E402
from inference.training.config import FOLDER, read  # noqa: E402

PLANS = sorted(plan.FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_names_runs_that_exist(path) -> None:
    made = plan.read(path)
    assert made.name == path.stem
    for name in made.runs:
        config = read(FOLDER / f"{name}.toml")
        assert config.name == name and config.task in run.HEADS | run.TASKS
