"""Rates against an independent count, and at a stated prevalence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from inference.evaluation import rates
from tests.inference.evaluation.scored import scored


def test_rates_are_those_of_an_independent_count() -> None:
    scores, ill, patient = scored(3)
    at = rates.at_threshold(scores, ill, patient, 0.6)
    pairs = {"sensitivity": (at["tp"], at["fn"]), "specificity": (at["tn"], at["fp"]),
             "ppv": (at["tp"], at["fp"]), "npv": (at["tn"], at["fn"])}  # fmt: skip
    for name, (hits, others) in pairs.items():
        peer = stats.binomtest(hits, hits + others)
        assert at[name]["value"] == pytest.approx(hits / (hits + others), abs=1e-12)
        for ours, method in (("exact", "exact"), ("wilson", "wilson")):
            known = peer.proportion_ci(0.95, method=method)
            assert at[name][ours] == pytest.approx((known.low, known.high), abs=1e-9)
        low, high = at[name]["patients"]
        assert low < at[name]["value"] < high


def test_bayes_at_a_stated_prevalence() -> None:
    at = rates.at_prevalence(
        {"sensitivity": {"value": 0.9, "exact": (0.8, 0.95)}, "specificity": {"value": 0.8, "exact": (0.7, 0.9)}}, 0.02
    )
    assert at is not None
    hits, false = 0.9 * 0.02, 0.2 * 0.98
    assert at["ppv"]["value"] == pytest.approx(hits / (hits + false), abs=1e-12)
    assert at["false_per_true"]["value"] == pytest.approx(false / hits, abs=1e-12)
    assert at["npv"]["value"] == pytest.approx(0.8 * 0.98 / (0.8 * 0.98 + 0.1 * 0.02), abs=1e-12)
    assert at["ppv"]["low"] < at["ppv"]["value"] < at["ppv"]["high"]
    assert at["false_per_true"]["low"] < at["false_per_true"]["value"] < at["false_per_true"]["high"]


def test_forty_of_forty_has_no_interval_by_patient() -> None:
    at = rates.at_threshold(np.r_[np.ones(40), np.zeros(40)], np.arange(80) < 40, np.arange(80).astype(str), 0.5)
    assert at["sensitivity"]["patients"] is None and at["sensitivity"]["exact"][0] < 0.95
