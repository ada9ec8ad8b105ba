"""An evaluation as one HTML file that needs nothing else: figures in words, plots as SVG, styles inside."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from inference.evaluation.cautions import named, of_evaluation
from inference.evaluation.plots import Axis, Bar, Plot, forest
from inference.evaluation.subgroups import AREA, SENSITIVITY, SPECIFICITY

STYLES = [Path(__file__).resolve().parents[2] / "static" / "css" / name for name in ("tokens.css", "evidence.css")]
EVEN = ((0.0, 0.0), (1.0, 1.0))


def render(evaluation: Mapping[str, Any]) -> str:
    """The whole page as text."""
    context = {
        "e": evaluation, "style": style(), "plots": _plots(evaluation), "groups": _groups(evaluation),
        "rates": _rates(evaluation["operating_point"]), "narrow": _narrow(evaluation["operating_point"]),
        "shortcuts": [{**one, "what": named(one["what"])} for one in evaluation["shortcuts"]],
        "cautions": of_evaluation(evaluation),
        "untested": [(words, "; ".join(small)) for words, small in untested(evaluation["subgroups"])],
    }  # fmt: skip
    return render_to_string("inference/evaluation.html", context)


def style() -> SafeString:
    """The style element of a page that must stand alone."""
    return mark_safe(f"<style>{''.join(one.read_text() for one in STYLES)}</style>")  # noqa: S308 - our own file, no word of a user in it


def _plots(evaluation: Mapping[str, Any]) -> dict[str, SafeString]:
    drawn = {"roc": _roc(evaluation)}
    if evaluation["calibration"]:
        drawn |= {"calibration": _calibration(evaluation), "benefit": _benefit(evaluation)}
    return {name: mark_safe(svg) for name, svg in drawn.items()}  # noqa: S308 - every word in it is escaped


def _roc(evaluation: Mapping[str, Any]) -> str:
    plot = Plot(Axis(_("1 − specificity"), percent=True), Axis(_("Sensitivity"), percent=True))
    drawn = [plot.line(EVEN, "even"), plot.line([(x, y) for x, y in evaluation["roc"]], "model")]
    at = evaluation["operating_point"]
    if at and at["sensitivity"]["value"] is not None and at["specificity"]["value"] is not None:
        across, up = 1 - at["specificity"]["value"], at["sensitivity"]["value"]
        drawn += [plot.whisker(across, *at["sensitivity"]["exact"]), plot.dot((across, up))]
    return plot.whole(_("ROC curve, area %(auc).3f") % {"auc": evaluation["auc"]["value"]}, drawn)


def _calibration(evaluation: Mapping[str, Any]) -> str:
    plot = Plot(Axis(_("Mean score")), Axis(_("Share with disease"), percent=True))
    drawn = [plot.line(EVEN, "even")]
    for one in evaluation["calibration"]["bins"]:
        drawn += [plot.whisker(one["score"], one["low"], one["high"]), plot.dot((one["score"], one["share"]))]
    if evaluation["operating_point"]:
        drawn.append(plot.mark(evaluation["operating_point"]["threshold"]))
    return plot.whole(_("Calibration curve, error %(ece).3f") % evaluation["calibration"], drawn)


def _benefit(evaluation: Mapping[str, Any]) -> str:
    curve = evaluation["decision_curve"]
    top = max(0.05, *curve["model"])
    ticks = tuple(round(top * share, 3) for share in (0, 0.5, 1))
    plot = Plot(Axis(_("Refer from this risk"), percent=True), Axis(_("Net benefit"), -0.25 * top, top, ticks))
    drawn = [
        plot.line(list(zip(curve["risk"], curve["everybody"], strict=True)), "other"),
        plot.line([(0, 0), (1, 0)], "even"),
        plot.line(list(zip(curve["risk"], curve["model"], strict=True)), "model"),
    ]
    return plot.whole(_("Decision curve of the model, of referring everybody and of referring nobody"), drawn)


def _rates(at: Mapping[str, Any] | None) -> list[tuple[str, Mapping[str, Any]]]:
    if at is None:
        return []
    names = {
        "sensitivity": _("Sensitivity"), "specificity": _("Specificity"),
        "ppv": _("Positive predictive value"), "npv": _("Negative predictive value"),
    }  # fmt: skip
    return [(words, at[name]) for name, words in names.items()]


def _narrow(at: Mapping[str, Any] | None) -> bool:
    """Whether a rate has no interval by patient, because every draw gives the same."""
    return any(rate["total"] and not rate["patients"] for _words, rate in _rates(at))


def _groups(evaluation: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = [
        {**row, "bar": _bar(row), "few_ill": SENSITIVITY in row["not_tested"],
         "few_well": SPECIFICITY in row["not_tested"]}
        for row in evaluation["subgroups"]
    ]  # fmt: skip
    return [(column, list(own)) for column, own in groupby(rows, key=lambda row: row["column"])]


def untested(rows: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Each figure and the groups too small to compare in it, in words."""
    names = {AREA: _("Area under the curve"), SENSITIVITY: _("Sensitivity"), SPECIFICITY: _("Specificity")}
    found = []
    for figure, words in names.items():
        small = [f"{row['column']} “{row['value']}”" for row in rows if figure in row["not_tested"]]
        if small:
            found.append((words, small))
    return found


def _bar(row: Mapping[str, Any]) -> SafeString:
    told = row["auc"]
    bar = Bar(told["value"], told["low"], told["high"]) if told else Bar(None)
    words = f"AUC {bar.value:.2f} ({bar.low:.2f} – {bar.high:.2f})" if bar.value is not None else _("cannot tell")
    return mark_safe(forest(bar, 0.5, words))  # noqa: S308 - every word in it is escaped
