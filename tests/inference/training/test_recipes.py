"""Every bundled pack can be measured again without torch, by the very steps its manifest names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inference import pack
from inference.training import chest_films, config, gate, plan, recipes

PLANS = sorted(path.stem for path in plan.FOLDER.glob("*.toml"))


def test_nothing_of_it_needs_torch() -> None:
    code = "import sys; sys.modules['torch'] = None; import inference.training.reissue"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten drawn pictures of each kind and four chests: hundreds take a minute."""
    drawn, chests = gate.drawn, chest_films.drawn
    monkeypatch.setattr(gate, "drawn", lambda count, *more: drawn(min(count, 10), *more))
    monkeypatch.setattr(chest_films, "drawn", lambda count: chests(min(count, 4)))


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.usefixtures("few")
def test_a_pack_is_measured_on_pictures_it_never_learnt_from(name: str, data: Path, tmp_path: Path) -> None:
    wanted = plan.read(plan.FOLDER / f"{name}.toml")
    trial = recipes.trial(wanted, data, tmp_path)
    shelf, said = trial.shelf, pack.load(plan.PACKS / name).manifest
    assert trial.recipe == said.raw["preprocessing"]
    assert (trial.size, trial.channels) == (said.input.height, {"GRAY": 1, "RGB": 3}[said.input.colour])
    assert shelf.pictures.shape == (len(shelf.split), trial.size, trial.size, trial.channels)
    assert shelf.pictures.dtype == np.uint8 and "train" not in set(shelf.split.tolist())
    assert {"val", "test"} <= set(shelf.split.tolist()) or {"val", "devtest"} <= set(shelf.split.tolist())
    held = {split: set(shelf.group[shelf.split == split].tolist()) for split in set(shelf.split.tolist())}
    assert not any(held[a] & held[b] for a in held for b in held if a < b)


def test_every_run_that_is_published_has_its_pictures() -> None:
    runs = {config.read(config.FOLDER / f"{name}.toml").task for one in PLANS
            for name in plan.read(plan.FOLDER / f"{one}.toml").runs}  # fmt: skip
    assert runs <= set(recipes.TRIALS)
