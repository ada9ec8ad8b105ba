"""A proposed threshold and what every threshold would mean, as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inference.evaluation.cautions import of_proposal
from inference.evaluation.page import style
from inference.evaluation.plots import Axis, Plot

SHOWN = 24
REFUSED = {
    "unproven": gettext_lazy("A group has too few people with disease to prove the target."),
    "less_found": gettext_lazy("A group would lose cases that the threshold of all finds today."),
    "burden": gettext_lazy("One group would bear far more needless referrals than another."),
}


def render(report: Mapping[str, Any]) -> str:
    """The whole page as text."""
    strata = report["strata"]
    setting = report["setting"]
    context = {
        "r": report, "at": report["operating_point"], "style": style(), "rows": _thinned(report["table"]),
        "plot": mark_safe(_plot(report)),  # noqa: S308 - every word in it is escaped
        "cautions": of_proposal(report), "priced": setting["confirm_cost"] or setting["screen_cost"],
        "refused": [REFUSED[code] for code in strata["refused"]] if strata else [],
    }  # fmt: skip
    return render_to_string("inference/calibration.html", context)


def _thinned(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The chosen row and rows evenly apart by people called, so that the table can be read."""
    whole = table[0]["tp"] + table[0]["fp"]
    step, last, kept = max(1, whole // SHOWN), whole + 1, []
    for row in table:
        called = row["tp"] + row["fp"]
        if row["chosen"] or last - called >= step:
            kept.append(row)
            last = called
    return kept


def _plot(report: Mapping[str, Any]) -> str:
    table = report["table"]
    low, high = table[0]["threshold"], table[-1]["threshold"]
    ticks = tuple(float(f"{low + (high - low) * part / 4:.3g}") for part in range(5))
    span = high if high > low else low + 1
    plot = Plot(Axis(_("Threshold"), low, span, ticks), Axis(_("Share"), percent=True))
    drawn = [
        plot.line([(row["threshold"], row["specificity"]) for row in table], "other"),
        plot.line([(row["threshold"], row["sensitivity_lower"]) for row in table], "even"),
        plot.line([(row["threshold"], row["sensitivity"]) for row in table], "model"),
        plot.mark(report["operating_point"]["threshold"]),
    ]
    return plot.whole(_("Sensitivity, its lower bound and specificity at every threshold"), drawn)
