"""Other scanners, and films without their lungs: what a chest pack is asked beside its figures."""

from __future__ import annotations

import numpy as np
import pytest

from inference.training import robust
from inference.training.shelf import Shelf
from tests.inference import packs
from tests.inference.training.films import SIDE, chest


@pytest.mark.parametrize("name", list(robust.looks(np.zeros((8, 8), np.uint8))))
def test_a_usual_difference_keeps_the_form_and_changes_the_film(name: str) -> None:
    change = robust.looks(chest(2))[name]
    once, again = change(chest(1)), change(chest(1))
    assert once.shape == (SIDE, SIDE) and once.dtype == np.uint8
    assert (once == again).all() and (once != chest(1)).any()


def test_a_blank_over_the_lungs_is_the_same_on_every_film() -> None:
    blanks = [robust.without_lungs(chest(seed)) for seed in (1, 2)]
    blank = (blanks[0] == 110) & (blanks[1] == 110)
    kept = (blanks[0] == chest(1)) & ~blank
    assert 0.3 < blank.mean() < 0.8 and kept.any()


def test_the_lines_for_the_card_name_area_and_lowest(monkeypatch: pytest.MonkeyPatch) -> None:
    films = np.stack([chest(seed % 3) // (2 - seed % 2) for seed in range(12)])[..., None]
    truth = (np.arange(12) % 2 == 1)[:, None].astype(np.float32)
    source = np.array(["shenzhen"] * 10 + ["nih"] * 2)
    shelf = Shelf(films, truth, np.ones(12), np.ones(12, bool), np.full(12, "test"), np.arange(12).astype(str), source)
    monkeypatch.setattr(robust, "answers", lambda _model, seen: seen.reshape(len(seen), -1).mean(axis=1)[:, None])
    monkeypatch.setattr(robust, "heat_in_lungs", lambda _model, _films: np.linspace(0.8, 1, 5))
    told = robust.lines(b"", shelf, 0, 0, "shenzhen", "nih")
    assert told[0] == "## Beyond the test films as they are"
    assert told[2].startswith("AUC on shenzhen test is 1.000.")
    assert sum(line.startswith("- ") for line in told) == len(robust.looks(chest(1)))
    assert "90% of the heat" in told[-1]


def test_heat_is_counted_within_the_lungs() -> None:
    model = packs.brightness_model(side=SIDE).SerializeToString()
    lit = np.repeat(chest(1)[..., None], 3, axis=2)
    found = robust.heat_in_lungs(model, lit[None])
    assert found.shape == (1,) and 0 < found[0] < 1
