"""Calibration error and net benefit: the published formulas."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from inference.evaluation import curves
from tests.inference.evaluation.scored import scored


def test_a_calibrated_score_has_no_calibration_error_and_a_bent_one_has() -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(20_000)
    ill = rng.random(20_000) < truth
    assert curves.expected_error(curves.calibration_curve(truth, ill)) < 0.01
    bent = curves.expected_error(curves.calibration_curve(truth**3, ill))
    assert bent == pytest.approx(float(np.mean(truth - truth**3)), abs=0.02)
    assert curves.brier(truth, ill) == pytest.approx(brier_score_loss(ill, truth), abs=1e-12)
    assert sum(one.pictures for one in curves.calibration_curve(np.round(truth, 1), ill)) == 20_000


def test_net_benefit_is_the_published_formula() -> None:
    scores, ill, _ = scored(5)
    risks = np.array([0.1, 0.25, 0.5])
    model, everybody = curves.net_benefit(scores, ill, risks)
    for risk, ours, naive in zip(risks, model, everybody, strict=True):
        called = scores >= risk
        odds = risk / (1 - risk)
        assert ours == pytest.approx((called & ill).mean() - (called & ~ill).mean() * odds, abs=1e-12)
        assert naive == pytest.approx(ill.mean() - (1 - ill.mean()) * odds, abs=1e-12)
