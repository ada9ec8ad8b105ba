"""What a careful reader must know before any figure of a report, worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from inference.evaluation.shortcuts import BORDER, FILE_KIND, THUMBNAIL
from inference.statistics.shares import clopper_pearson
from inference.thresholds.evidence import HARDLY

USEFUL = 0.5
FEW = 30
MOST_TURNED_DOWN = 0.5


def of_evaluation(evaluation: Mapping[str, Any]) -> list[str]:
    """Cautions over what `evaluate_pack` measured."""
    at, counts = evaluation["operating_point"], evaluation["set"]
    found = [*_training(counts), *_telling(evaluation["shortcuts"]), *_copies(evaluation.get("copies") or {})]
    if not evaluation["external"]:
        found.append(
            _("Not stated to be from another source: read it as internal evidence. Expect less elsewhere.")
        )  # fmt: skip
    found += [*_few(counts["positives"], counts["negatives"]), *_gate(evaluation.get("gate"))]
    if counts["patient_column"] is None:
        found.append(_nobody_named())
    if at is None:
        found.append(_("No operating point for this kind of picture: a person reads every one."))
    else:
        found += _little_saved(at["tn"], at["fp"])
    return found


def of_proposal(report: Mapping[str, Any]) -> list[str]:
    """Cautions over a threshold that `calibrate` proposes."""
    point, chosen = report["operating_point"], next(row for row in report["table"] if row["chosen"])
    found = [*_training(report["set"]), *_telling(report.get("shortcuts") or [])]
    found += [*_few(point["positives"], point["negatives"]), *_gate(report.get("gate"))]
    if not report["set"]["patient_column"]:
        found.append(_nobody_named())
    return found + _little_saved(chosen["tn"], chosen["fp"])


def _copies(copies: Mapping[str, Any]) -> list[str]:
    found = []
    if copies.get("across_splits"):
        found.append(
            _("%(n)d pairs of near copies lie in different splits: the model may have seen these pictures.")
            % {"n": copies["across_splits"]}
        )
    if copies.get("two_answers"):
        found.append(_("%(n)d pairs of near copies have different answers.") % {"n": copies["two_answers"]})
    return found


def _training(told: Mapping[str, Any]) -> list[str]:
    if marked := told.get("marked_train"):
        return [_("%(n)d of the pictures are marked as training pictures: the figures are too good.") % {"n": marked}]
    if told.get("training"):
        return [_("The set is called a training set: if the model learnt from it, the figures are too good.")]
    return []


def _few(ill: int, well: int) -> list[str]:
    if min(ill, well) >= FEW:
        return []
    return [
        _("Too few: %(ill)d ill and %(well)d well. With fewer than %(least)d of each the figures say next to nothing.")
        % {"ill": ill, "well": well, "least": FEW}
    ]


def _gate(gate: Mapping[str, Any] | None) -> list[str]:
    if not gate or gate["turned_down"] <= MOST_TURNED_DOWN * gate["pictures"]:
        return []
    return [
        _("The gate turns down %(n)d of %(all)d pictures: the figures are of the few that are left.")
        % {"n": gate["turned_down"], "all": gate["pictures"]}
    ]


def _nobody_named() -> str:
    return _("No column names the patient: each picture counts as another person. Intervals may be too narrow.")


def _little_saved(cleared: int, called: int) -> list[str]:
    well = cleared + called
    if well and (clopper_pearson(cleared, well)[1] < USEFUL or cleared < HARDLY * well):
        return [
            _("At this threshold most well people are referred too: it saves readers little work.")
            + " "
            + _("Cleared: %(cleared)d of %(well)d well.") % {"cleared": cleared, "well": well}
        ]
    return []


def _telling(shortcuts: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_alone(one) for one in shortcuts if one["telling"]]


def _alone(one: Mapping[str, Any]) -> str:
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
