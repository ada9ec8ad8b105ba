"""What a published pack can do, measured through its own ONNX file: figures, subgroups, the operating point."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.pack import Pack
from inference.statistics.areas import area
from inference.statistics.shares import share
from inference.thresholds import calibration
from inference.training.calibrate import calibration_error
from inference.training.plan import Plan
from inference.training.shelf import Shelf

Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Point:
    """An operating point on validation data, one picture per person; `wanted` is the plan's target, `rows` the counts
    at every threshold."""

    threshold: calibration.Threshold
    wanted: float
    positives: int
    negatives: int
    rows: list[calibration.Row]


@dataclass(frozen=True)
class Report:
    """Lines of (what, on which data, figure), subgroups alike, and remarks in words."""

    figures: list[tuple[str, str, str]] = field(default_factory=list)
    subgroups: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def one_each(truth: Truth, group: NDArray[np.str_], seed: int = 7) -> NDArray[np.int64]:
    """One row per person, an ill eye where there is one: two eyes of a person are no two pieces of evidence."""
    rng = np.random.default_rng(seed)
    rows = []
    for name in np.unique(group):
        own = np.flatnonzero(group == name)
        ill = own[truth[own]]
        rows.append(int(rng.choice(ill if len(ill) else own)))
    return np.array(rows)


def point(score: Numbers, truth: Truth, group: NDArray[np.str_], target: float) -> Point | None:
    """The operating point for `target`, or for the highest target these positives can prove; None below 0.5."""
    rows = one_each(truth, group)
    score, truth = score[rows], truth[rows]
    for aim in [target, *np.arange(np.floor(target * 100) - 1, 49, -1) / 100]:
        try:
            found = calibration.choose_threshold(score, truth, float(aim))
        except calibration.TooFewPositives:
            continue
        every = calibration.operating_table(score, truth)
        return Point(found, target, int(truth.sum()), int((~truth).sum()), every)
    return None


def measured(plan: Plan, logits: Numbers, warmth: float, shelf: Shelf) -> tuple[Report, Point | None]:
    """The figures and the operating point that a file's logits [N, labels] give."""
    shares = calibration.activate(logits, plan.activation, warmth)
    if plan.purpose == "gate":
        return gate(shares, shelf), None
    found = score(plan, shares)
    truth = shelf.targets[:, plan.outputs[max(plan.anchor, 0)]]
    val = np.flatnonzero((shelf.split == "val") & ~np.isnan(truth))
    at = point(found[val], truth[val] > 0.5, shelf.group[val], plan.target)
    return finding(found, shelf, truth > 0.5, at), at


def score(plan: Plan, shares: Numbers) -> Numbers:
    """The one number of each picture: the shares of the labels that count as ill, added up."""
    return np.asarray(shares[:, [plan.labels.index(label) for label in plan.positive]].sum(axis=1), np.float64)


def finding(score: Numbers, shelf: Shelf, positive: Truth, at: Point | None) -> Report:
    """Figures of a finding pack: AUC, then sensitivity and specificity at the operating point, by data set."""
    report = Report()
    for name, rows in _sets(shelf):
        truth = positive[rows]
        if truth.all() or not truth.any():
            continue
        report.figures.append(("AUC", name, _area(score[rows], truth, shelf.group[rows])))
        report.figures.append(("calibration error", name, f"{calibration_error(score[rows], truth):.3f}"))
        if at is not None:
            report.figures.extend(_rates(score[rows] >= at.threshold.threshold, truth, name))
    report.subgroups.extend(_subgroups(score, shelf, positive, at))
    report.remarks.extend([] if at is None else _gallery(score, shelf, positive, at.threshold.threshold))
    return report


def _gallery(score: Numbers, shelf: Shelf, positive: Truth, threshold: float) -> Iterator[str]:
    """The failures on test data in words: no picture of a patient may stand in a card."""
    called = score >= threshold
    tested = np.isin(shelf.split, ["test", "devtest"])
    for name, wrong, among in (
        ("Ill but left alone", positive & ~called, positive), ("Healthy but called", ~positive & called, ~positive),
    ):  # fmt: skip
        for note, values in shelf.notes.items():
            parts = [
                f"{value} {int((wrong & tested & (values == value)).sum())} of {total}"
                for value in sorted(set(values[tested].tolist()) - {""})
                if (total := int((among & tested & (values == value)).sum()))
            ]
            if len(parts) > 1:
                yield f"- {name}, by {note}: {', '.join(parts)}."


def _area(score: Numbers, truth: Truth, group: NDArray[np.str_]) -> str:
    found = area(score, truth, group)
    counts = f"{found.ill} positive, {found.well} negative"
    return f"{found.value:.3f} (95 % interval {found.low:.3f} to {found.high:.3f}; {counts})"


def _rates(called: Truth, truth: Truth, name: str) -> list[tuple[str, str, str]]:
    return [
        ("sensitivity at the operating point", name, _portion(called[truth])),
        ("specificity at the operating point", name, _portion(~called[~truth])),
    ]


def _portion(right: Truth) -> str:
    part = share(int(right.sum()), len(right))
    return f"{part.value:.3f} (95 % interval {part.low:.3f} to {part.high:.3f}; {int(right.sum())} of {len(right)})"


def _sets(shelf: Shelf) -> Iterator[tuple[str, NDArray[np.int64]]]:
    for source in dict.fromkeys(shelf.source.tolist()):
        for split in ("val", "test", "devtest"):
            rows = np.flatnonzero((shelf.source == source) & (shelf.split == split))
            if len(rows):
                yield f"{source} {split}", rows


def _subgroups(score: Numbers, shelf: Shelf, positive: Truth, at: Point | None) -> Iterator[tuple[str, str, str]]:
    tested = np.isin(shelf.split, ["test", "devtest"])
    for note, values in shelf.notes.items():
        for value in sorted(set(values[tested].tolist()) - {""}):
            rows = np.flatnonzero(tested & (values == value))
            truth = positive[rows]
            if truth.any() and not truth.all():
                yield f"{note} {value}", "AUC", _area(score[rows], truth, shelf.group[rows])
            elif truth.any() and at is not None:
                yield f"{note} {value}", "found at the operating point", _portion(score[rows] >= at.threshold.threshold)
            elif at is not None:
                yield (
                    f"{note} {value}",
                    "left alone at the operating point",
                    _portion(score[rows] < at.threshold.threshold),
                )


def gate(shares: Numbers, shelf: Shelf) -> Report:
    """Figures of a gate pack: what share of each kind of picture is accepted, and how well the kinds part."""
    report = Report()
    fit = shares[:, 0]
    good = shelf.targets[:, 0] > 0.5
    for name, rows in _sets(shelf):
        if name.split()[1] == "val":
            continue
        truth = good[rows]
        if truth.any() and (~truth).any():
            report.figures.append(("AUC gradable or not", name, _area(fit[rows], truth, shelf.group[rows])))
        for label, members in (("gradable accepted", truth), ("others refused", ~truth)):
            if members.any():
                right = (fit[rows] >= 0.5) == (label == "gradable accepted")
                report.figures.append((label, name, _portion(right[members])))
    tested = np.flatnonzero(np.isin(shelf.split, ["test", "devtest"]))
    if good[tested].any() and not good[tested].all():
        told = _area(fit[tested], good[tested], shelf.group[tested])
        report.figures.append(("AUC gradable or not", "all test pictures together", told))
    looked = shelf.split == "look"
    if looked.any():
        taken = int((fit[looked] >= 0.5).sum())
        report.remarks.append(
            f"Of {int(looked.sum())} smartphone frames of one eye (quality unlabelled) {taken} are accepted."
        )
    return report


def lines(pack: Pack, report: Report) -> list[str]:
    """What was measured, one line per figure."""
    return [
        f"{pack.path.name} {pack.sha256}",
        *("  " + " | ".join(row) for row in [*report.figures, *report.subgroups]),
    ]
