"""Weights in another order, of the same length."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper

from inference.admission.shuffle import shuffled
from tests.inference.admission.maps import learnt_map


def test_shuffling_keeps_the_weights_and_the_length_and_moves_them() -> None:
    before = learnt_map().SerializeToString()
    after = shuffled(before, seed=1)
    assert len(after) == len(before) and after != before and after == shuffled(before, seed=1)
    onnx.checker.check_model(onnx.load_from_string(after))
    old, new = (numpy_helper.to_array(onnx.load_from_string(m).graph.initializer[0]) for m in (before, after))
    assert sorted(old.ravel()) == sorted(new.ravel()) and not np.array_equal(old, new)
