"""Cheaper numbers are weighed against the original: scores, decisions, size."""

from __future__ import annotations

import numpy as np
import pytest

from inference.training import precisions
from inference.training.onnx_answers import answers
from inference.training.parity import ORIGINAL
from tests.inference import packs


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.stack([packs.plain(red, packs.SIDE) for red in range(10, 250, 6)])


def score(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits[:, 0]))


def test_the_original_is_compared_with_itself_and_with_a_shifted_one(pictures: np.ndarray) -> None:
    plain = packs.brightness_model().SerializeToString()
    weaker = packs.brightness_model(weight=7.0).SerializeToString()
    positive = np.arange(len(pictures)) >= 20
    own, other = precisions.compare({ORIGINAL: plain, "int8": weaker}, pictures, positive, score, 0.6)
    assert (own.precision, own.largest_gap, own.flipped, own.auc) == (ORIGINAL, 0, 0, 1)
    wanted, found = (score(answers(model, pictures)) for model in (plain, weaker))
    assert other.largest_gap == pytest.approx(np.abs(wanted - found).max()) and other.auc_change == 0
    assert other.flipped == ((wanted >= 0.6) != (found >= 0.6)).sum()
    assert precisions.compare({ORIGINAL: plain}, pictures, positive, score, None)[0].flipped == 0


def test_sixteen_bits_answer_nearly_alike(pictures: np.ndarray) -> None:
    plain = packs.brightness_model().SerializeToString()
    assert answers(precisions.fp16(plain), pictures) == pytest.approx(answers(plain, pictures), abs=0.02)
    assert answers(precisions.optimised(plain), pictures) == pytest.approx(answers(plain, pictures), abs=1e-5)
