"""Measuring a pack: what has no meaning is refused."""

from __future__ import annotations

import numpy as np
import pytest

from inference.evaluation import measure
from inference.evaluation.cases import SetRefused


def test_a_set_with_one_answer_only_is_refused() -> None:
    with pytest.raises(SetRefused, match="2 of each") as refused:
        measure.check_classes(np.array([True, True, True, False]))
    assert refused.value.code == "one_class"
