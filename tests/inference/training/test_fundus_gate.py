"""Every kind of picture of the retina gate, each with its class and split."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from inference.training import fundus_gate, gate
from tests.inference.training.eyes import eyes


def test_every_source_is_there_with_its_classes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = gate.drawn
    monkeypatch.setattr(gate, "drawn", lambda count, *more: drawn(2, *more))
    found = list(fundus_gate.items(data, 32))
    classes = Counter((one.source, one.label) for one in found)
    assert {source for source, _ in classes} == {
        "eyepacs_raw400", "spoilt", "eyepacs_relit", "drimdb", "chasedb1", "smartphone_frames", "nih", "shenzhen",
        "not_medical", "drawn", "invented",
    }  # fmt: skip
    graded = classes["eyepacs_raw400", "gradable"]
    assert classes["spoilt", "ungradable"] == fundus_gate.SPOILT_PER_PHOTO * graded > 0
    assert {label for source, label in classes if source == "drimdb"} == set(fundus_gate.LABELS)
    assert all(one.picture.shape == (32, 32, 3) for one in found)
    assert {one.split for one in found if one.source == "smartphone_frames"} == {"look"}


def test_the_date_of_one_camera_is_blacked_out() -> None:
    eye = np.full((100, 100, 3), 200, np.uint8)
    masked = fundus_gate.without_date(eye)
    assert not masked[:6, 60:].any() and masked[6:].all() and masked[:, :60].all() and eye.all()


def test_another_photo_as_good_as_this_one_keeps_its_form() -> None:
    for seed in range(8):
        assert fundus_gate.change(np.random.default_rng(seed), eyes()[seed]).shape == eyes()[seed].shape
