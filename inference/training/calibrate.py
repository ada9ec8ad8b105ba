"""Raw outputs to honest probabilities, fitted on validation data, never on test data."""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from inference.thresholds.calibration import sigmoid, softmax

Numbers = NDArray[np.float64]


def temperature(logits: Numbers, truth: Numbers) -> float:
    """The temperature in 0.2..5 that makes softmax(logits / T) likeliest; `truth` one-hot [N, K]."""

    def cost(log_t: float) -> float:
        share = softmax(logits / np.exp(log_t))
        return float(-np.log(np.clip((share * truth).sum(axis=1), 1e-9, 1)).mean())

    found = optimize.minimize_scalar(cost, bounds=(np.log(0.2), np.log(5)), method="bounded")
    return float(np.exp(found.x))


def slope_and_lift(logits: Numbers, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Platt's two numbers for one output: sigmoid(slope * logit + lift) fits `truth` [N]. The slope stays positive."""

    def cost(values: Numbers) -> float:
        share = np.clip(sigmoid(np.exp(values[0]) * logits + values[1]), 1e-7, 1 - 1e-7)
        return float(-np.where(truth, np.log(share), np.log(1 - share)).mean()) + 1e-3 * float(values[0] ** 2)

    found = optimize.minimize(cost, np.zeros(2), method="Nelder-Mead")
    return float(np.exp(found.x[0])), float(found.x[1])


def calibration_error(score: Numbers, truth: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean gap between score and share of positives over equally filled bins."""
    parts = np.array_split(np.argsort(score), bins)
    gaps = [len(part) * abs(score[part].mean() - truth[part].mean()) for part in parts if len(part)]
    return float(sum(gaps) / len(score))
