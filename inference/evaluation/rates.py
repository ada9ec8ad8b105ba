"""What an operating point does: rates with three kinds of interval, and what they mean where disease is rarer. Pure."""

from __future__ import annotations

from typing import Any

from inference.statistics import Names, Truth, Values
from inference.statistics.shares import Interval, bootstrap_share, clopper_pearson, wilson


def at_threshold(scores: Values, positive: Truth, patient: Names, threshold: float) -> dict[str, Any]:
    """Counts, and sensitivity, specificity, PPV and NPV with Wilson, Clopper-Pearson and patient-drawn intervals."""
    called = scores >= threshold
    right = called == positive
    among = {
        "sensitivity": positive, "specificity": ~positive, "ppv": called, "npv": ~called,
    }  # fmt: skip
    return {
        "threshold": threshold,
        "tp": int((called & positive).sum()), "fp": int((called & ~positive).sum()),
        "tn": int((~called & ~positive).sum()), "fn": int((~called & positive).sum()),
        **{name: _rate(right, rows, patient) for name, rows in among.items()},
    }  # fmt: skip


def _rate(right: Truth, among: Truth, patient: Names) -> dict[str, Any]:
    hits, total = int((right & among).sum()), int(among.sum())
    if not total:
        return {"value": None, "hits": 0, "total": 0, "wilson": None, "exact": None, "patients": None}
    return {
        "value": hits / total, "hits": hits, "total": total,
        "wilson": wilson(hits, total), "exact": clopper_pearson(hits, total),
        "patients": bootstrap_share(right, among, patient),
    }  # fmt: skip


def at_prevalence(rates: dict[str, Any], prevalence: float) -> dict[str, Any] | None:
    """PPV, NPV and false referrals per true case where a share `prevalence` (0 < p < 1) of those screened is ill.

    The interval joins the exact bounds of sensitivity and specificity at their worst and best, so it is wide rather
    than flattering. None where either rate is unknown.
    """
    sensitivity, specificity = rates["sensitivity"], rates["specificity"]
    if sensitivity["value"] is None or specificity["value"] is None:
        return None
    middle = sensitivity["value"], specificity["value"]
    worst, best = zip(sensitivity["exact"], specificity["exact"], strict=True)
    return {
        "prevalence": prevalence,
        "per_thousand": 1000 * prevalence,
        "ppv": _around(predictive, middle, worst, best, prevalence),
        "npv": _around(clearing, middle, worst, best, prevalence),
        "false_per_true": _around(false_per_true, middle, best, worst, prevalence),
    }


def _around(figure: Any, middle: Interval, low: Interval, high: Interval, prevalence: float) -> dict[str, Any]:
    value, *ends = (figure(*rates, prevalence) for rates in (middle, low, high))
    return {"value": value, "low": ends[0], "high": ends[1]}


def predictive(sensitivity: float, specificity: float, prevalence: float) -> float | None:
    """PPV by Bayes. None where nobody is called positive."""
    hits, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return hits / (hits + false) if hits + false else None


def clearing(sensitivity: float, specificity: float, prevalence: float) -> float | None:
    """NPV by Bayes. None where nobody is called negative."""
    clear, missed = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    return clear / (clear + missed) if clear + missed else None


def false_per_true(sensitivity: float, specificity: float, prevalence: float) -> float | None:
    """Healthy people referred for every ill person referred. None where no ill person is found."""
    hits = sensitivity * prevalence
    return (1 - specificity) * (1 - prevalence) / hits if hits else None
