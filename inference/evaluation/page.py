"""An evaluation as one HTML file that needs nothing else: figures in words, plots as SVG, styles inside."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from inference.evaluation.plots import Axis, Bar, Plot, forest
from inference.evaluation.shortcuts import BORDER, FILE_KIND, THUMBNAIL

STYLE = Path(__file__).resolve().parents[2] / "static" / "css" / "evidence.css"
USEFUL = 0.5
EVEN = ((0.0, 0.0), (1.0, 1.0))


def render(evaluation: Mapping[str, Any]) -> str:
    """The whole page as text."""
    context = {
        "e": evaluation, "style": style(), "plots": _plots(evaluation), "groups": _groups(evaluation),
        "rates": _rates(evaluation["operating_point"]),
        "shortcuts": [{**one, "what": named(one["what"])} for one in evaluation["shortcuts"]],
        "cautions": cautions(evaluation),
    }  # fmt: skip
    return render_to_string("inference/evaluation.html", context)


def style() -> SafeString:
    """The style element of a page that must stand alone."""
    return mark_safe(f"<style>{STYLE.read_text()}</style>")  # noqa: S308 - our own file, no word of a user in it


def cautions(evaluation: Mapping[str, Any]) -> list[str]:
    """What a careful reader must know before any figure, worst first."""
    found = [_telling(one) for one in evaluation["shortcuts"] if one["telling"]]
    copies = evaluation.get("copies") or {}
    if copies.get("across_splits"):
        found.append(
            _("%(n)d pairs of near copies lie in different splits: the model may have seen these pictures.")
            % {"n": copies["across_splits"]}
        )
    if copies.get("two_answers"):
        found.append(_("%(n)d pairs of near copies have different answers.") % {"n": copies["two_answers"]})
    if not evaluation["external"]:
        found.append(_("Internal evidence: pictures from a source the model was made with. Expect less elsewhere."))
    if trained := evaluation["set"]["marked_train"]:
        found.append(
            _("%(n)d of the pictures are marked as training pictures: the figures are too good.") % {"n": trained}
        )
    if evaluation["set"]["patient_column"] is None:
        found.append(
            _("No column names the patient: each picture counts as another person. Intervals may be too narrow.")
        )
    if evaluation["operating_point"] is None:
        found.append(_("No operating point for this kind of picture: a person reads every one."))
    elif _refers_nearly_all(evaluation["operating_point"]):
        found.append(_("At this threshold most well people are referred too: it saves readers little work."))
    return found


def _refers_nearly_all(at: Mapping[str, Any]) -> bool:
    exact = at["specificity"]["exact"]
    return bool(exact and exact[1] < USEFUL)


def _telling(one: Mapping[str, Any]) -> str:
    if one["what"] == THUMBNAIL:
        return (
            _(
                "A thumbnail of 16 x 16 pixels alone reaches an area of %(auc).2f (%(low).2f to %(high).2f): "
                "only what the model adds to that comes from detail."
            )
            % one
        )
    words = {**one, "what": named(one["what"])}
    return (
        _(
            "%(what)s alone tells the answer of this set: area %(auc).2f (%(low).2f to %(high).2f). "
            "A model can score well here without looking at the organ."
        )
        % words
    )


def named(what: str) -> str:
    """A shortcut in words: a column keeps its name."""
    return {
        BORDER: _("The border of the picture"), THUMBNAIL: _("A thumbnail of the picture"),
        FILE_KIND: _("Size and kind of file"),
    }.get(what, what)  # fmt: skip


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


def _groups(evaluation: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = [{**row, "bar": _bar(row)} for row in evaluation["subgroups"]]
    return [(column, list(own)) for column, own in groupby(rows, key=lambda row: row["column"])]


def _bar(row: Mapping[str, Any]) -> SafeString:
    told = row["auc"]
    bar = Bar(told["value"], told["low"], told["high"]) if told else Bar(None)
    words = f"AUC {bar.value:.2f} ({bar.low:.2f} – {bar.high:.2f})" if bar.value is not None else _("cannot tell")
    return mark_safe(forest(bar, 0.5, words))  # noqa: S308 - every word in it is escaped
