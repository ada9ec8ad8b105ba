"""The pictures of each pack's exam are drawn, and are those the bundled pack holds."""

from __future__ import annotations

import numpy as np
import pytest

from inference import pack
from inference.training import golden, plan


@pytest.mark.parametrize("name", sorted(path.stem for path in plan.FOLDER.glob("*.toml")))
def test_a_bundled_pack_holds_the_golden_pictures_of_its_recipe(name: str) -> None:
    found, drawn = pack.load(plan.PACKS / name), golden.pictures(name)
    cases = {case.file: found.golden(case) for case in found.manifest.exam.cases}
    assert set(cases) == set(drawn)
    for file, picture in drawn.items():
        kept = cases[file] if picture.ndim == 3 else cases[file][..., 0]
        assert kept.shape == picture.shape and np.abs(kept.astype(int) - picture).max() <= 1
