"""More labels are worth more."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.training import efficiency  # noqa: E402
from inference.training.labelled import Labelled  # noqa: E402


def test_a_label_efficiency_curve_rises_with_what_there_is_to_learn() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(240) % 2 == 0
    split, names = np.array(["train"] * 160 + ["val"] * 80), np.arange(240).astype(str)
    told = truth[:, None] + rng.normal(0, 1.0, (240, 6))
    found = efficiency.curve(told, Labelled(np.zeros((240, 4, 4, 3), np.uint8), truth, split, names))
    assert list(found) == list(efficiency.SHARES) and found[1.0] > 0.9 and found[1.0] >= found[0.05] - 0.02
