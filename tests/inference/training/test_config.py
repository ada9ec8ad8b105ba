"""A run is what its file says, and nothing a file says is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.training import config
from inference.training.recipes import TRIALS

RUNS = sorted(config.FOLDER.glob("*.toml"))
UNMEASURED = {"chest_drawn", "fundus_drawn"}  # learnt without labels, never published


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_every_run_can_be_read_and_starts_from_one_that_exists(path: Path) -> None:
    run = config.read(path)
    assert run.name == path.stem and run.task in {*TRIALS, *UNMEASURED}
    assert len(run.widths) - len(run.depths) in (0, 1) or run.task in ("fundus_bank", "fundus_blocks")
    assert not run.start_from or (config.FOLDER / f"{run.start_from}.toml").is_file()


def test_lists_become_tuples_and_the_rest_is_usual(tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text('name = "tiny"\npack = "p"\ntask = "t"\nsize = 8\nwidths = [4, 8]\ndepths = [1, 1]\nepochs = 2\n')
    run = config.read(file)
    assert (run.widths, run.depths, run.seed, run.batch, run.options) == ((4, 8), (1, 1), 1, 32, {})


def test_an_unknown_or_missing_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text('name = "tiny"\nepoch = 3\n')
    with pytest.raises(KeyError, match=r"tiny\.toml: unknown settings \['epoch'\]"):
        config.read(file)
    file.write_text('name = "tiny"\n')
    with pytest.raises(TypeError, match="missing"):
        config.read(file)
