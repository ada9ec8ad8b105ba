"""What tells the answer without the picture of the disease is reported."""

from __future__ import annotations

import numpy as np

from inference.evaluation import shortcuts
from tests.inference.evaluation.scored import scored


def test_a_source_that_predicts_the_answer_is_reported() -> None:
    _, ill, patient = scored(7)
    rng = np.random.default_rng(7)
    small = rng.integers(0, 255, (len(ill), 32, 32)).astype(np.uint8)
    told = {
        "hospital": np.where(ill ^ (rng.random(len(ill)) < 0.1), "A", "B"),
        "week": rng.integers(0, 5, len(ill)).astype(str),
    }
    found = {one.what: one for one in shortcuts.shortcuts(told, small, ill, patient)}
    assert found["hospital"].telling and found["hospital"].auc > 0.85
    assert not any(found[what].telling for what in ("week", "border", "thumbnail"))


def test_a_border_that_tells_the_answer_is_reported() -> None:
    _, ill, patient = scored(8)
    small = np.random.default_rng(8).integers(90, 160, (len(ill), 32, 32)).astype(np.uint8)
    small[ill, :2, :] += 60
    found = {one.what: one for one in shortcuts.shortcuts({}, small, ill, patient)}
    assert found["border"].telling and found["thumbnail"].telling
