"""Scores are made honest by what was done to them, undone."""

from __future__ import annotations

import numpy as np
import pytest

from inference.thresholds.calibration import sigmoid, softmax
from inference.training import calibrate


def test_calibration_finds_what_was_done_to_the_scores() -> None:
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 2, 4000)
    truth = rng.random(4000) < sigmoid(logit)
    slope, lift = calibrate.slope_and_lift(3 * logit + 1, truth)
    assert slope == pytest.approx(1 / 3, abs=0.04) and lift == pytest.approx(-1 / 3, abs=0.12)


def test_a_slope_is_never_turned_round() -> None:
    truth = np.arange(100) < 50
    slope, _ = calibrate.slope_and_lift(np.where(truth, -2.0, 2.0), truth)
    assert slope > 0


@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
def test_the_temperature_is_found(heat: float) -> None:
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 2, (4000, 3))
    drawn = (softmax(logits).cumsum(axis=1) > rng.random((4000, 1))).argmax(axis=1)
    assert calibrate.temperature(logits * heat, np.eye(3)[drawn]) == pytest.approx(heat, rel=0.1)


def test_the_calibration_error_is_the_gap_between_score_and_share() -> None:
    rng = np.random.default_rng(5)
    score = rng.random(20_000)
    truth = rng.random(20_000) < score
    assert calibrate.calibration_error(score, truth) < 0.02
    assert calibrate.calibration_error(score**3, truth) == pytest.approx(np.mean(score - score**3), abs=0.02)
    assert calibrate.calibration_error(np.full(9, 0.5), np.arange(9) < 3) > 0.1
