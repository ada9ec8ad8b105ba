"""Sensitivity and specificity of a reader are the recall of being sent on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import recall_score

from screening.rules.accuracy import SENT_ON, accuracy
from screening.rules.grades import ORDER, Finding


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.sampled_from(ORDER)), min_size=1))
def test_accuracy_is_recall_of_being_sent_on(pairs: list[tuple[Finding, Finding]]) -> None:
    truth, said = [a for a, _ in pairs], [b for _, b in pairs]
    found = accuracy(truth, said)
    for label, got in ((True, found.sensitivity), (False, found.specificity)):
        bits = [[f in SENT_ON for f in side] for side in (truth, said)]
        if label in bits[0]:
            assert got.value == pytest.approx(recall_score(*bits, pos_label=label, labels=[label], average=None)[0])
        else:
            assert got.value is None
