"""What a table says of the truth: an answer, or none."""

from __future__ import annotations

import numpy as np
import pytest

from inference.evaluation.sheet import SetRefused
from inference.evaluation.truth import Said, no_answer, sort_out


@pytest.mark.parametrize(
    "value", ["INVALID", "no-result", "Not done", "N/A", "trace", "MTB TRACE DETECTED", "Unknown."]
)
def test_what_is_no_answer_is_known_whatever_its_case(value: str) -> None:
    assert no_answer(value)


@pytest.mark.parametrize("value", ["none", "negative", "MTB NOT DETECTED", "-", "traced", "refractive error"])
def test_an_answer_is_kept(value: str) -> None:
    assert not no_answer(value)


def test_usual_words_need_no_naming_and_strange_ones_do() -> None:
    values = np.array(["1", "0", "invalid", ""])
    found = sort_out(values, Said(), (), ())
    assert found.ill.tolist() == [True, False, False, False] and found.told.tolist() == [True, True, False, False]
    assert found.left_out == {"no reference answer": 1, "no answer (invalid)": 1}
    with pytest.raises(SetRefused, match=r"Say with --positive which of these values mean disease: \['odd'\]"):
        sort_out(np.array(["1", "0", "odd"]), Said(), (), ())
    with pytest.raises(SetRefused, match="Say with --positive"):
        sort_out(np.array(["tb", "healthy"]), Said(negative=("healthy",)), (), ())
